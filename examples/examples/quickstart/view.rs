//! Where the figures go while the nodes run: a screen that refreshes, plain lines, or JSON lines.

use std::io::{self, IsTerminal, Write, stdout};
use std::time::Duration;

use crate::figures::Figures;
use crate::options::Options;
use crate::{json, text};

/// Lines come once a second at most.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// Another screen, no cursor, and long lines are cut instead of wrapped.
const ENTER_SCREEN: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE_SCREEN: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME: &str = "\x1b[H";
const CLEAR_REST_OF_LINE: &str = "\x1b[K";
const CLEAR_REST_OF_SCREEN: &str = "\x1b[J";

/// How progress is shown.
#[derive(Debug)]
pub(crate) enum View {
    /// One screen, drawn over and over; the terminal is as before once this is dropped.
    Screen {
        /// The first line.
        head: String,
        /// The last one.
        hint: String,
    },
    /// A line now and then.
    Lines {
        /// JSON instead of text.
        json: bool,
        /// When the last line was printed.
        last: Option<Duration>,
    },
}

impl View {
    /// Whether [`View::open`] will take the whole screen: without `--json`, on a terminal that can.
    pub(crate) fn takes_the_screen(options: &Options) -> bool {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        !options.json && !dumb && stdout().is_terminal()
    }

    /// The view that suits the options and the output. `head` says what is being shown.
    ///
    /// # Errors
    /// Nothing can be written.
    pub(crate) fn open(options: &Options, head: String) -> io::Result<Self> {
        if Self::takes_the_screen(options) {
            print(ENTER_SCREEN)?;
            let hint = if options.keep_running {
                "Ctrl-C ends it."
            } else {
                "It ends by itself; Ctrl-C ends it sooner."
            };
            let hint = hint.to_owned();
            return Ok(Self::Screen { head, hint });
        }
        if !options.json {
            print(&format!("{head}\n"))?;
        }
        let (json, last) = (options.json, None);
        Ok(Self::Lines { json, last })
    }

    /// Shows `figures`; a view of lines does so once a second only.
    ///
    /// # Errors
    /// Nothing can be written.
    pub(crate) fn show(&mut self, figures: &Figures) -> io::Result<()> {
        match self {
            Self::Screen { head, hint } => draw(&text::screen(figures, head, hint)),
            Self::Lines { json, last } => {
                if last.is_some_and(|last| figures.at < last + LINE_EVERY) {
                    return Ok(());
                }
                *last = Some(figures.at);
                if *json {
                    print(&format!("{}\n", json::progress(figures)))
                } else {
                    print(&format!("{}\n", text::line(figures)))
                }
            }
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        if matches!(self, Self::Screen { .. }) {
            // Nobody could be told of a failure.
            let _ = print(LEAVE_SCREEN);
        }
    }
}

/// Draws over what is there instead of clearing first, which would flicker.
fn draw(screen: &str) -> io::Result<()> {
    let lines: Vec<&str> = screen.lines().collect();
    // No line break after the last line: it could scroll.
    let lines = lines.join(&format!("{CLEAR_REST_OF_LINE}\r\n"));
    let drawn = format!("{HOME}{lines}{CLEAR_REST_OF_LINE}{CLEAR_REST_OF_SCREEN}");
    print(&drawn)
}

/// Writes all of `text` to the standard output, now.
///
/// # Errors
/// Nothing can be written, for instance because the reader has gone.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
