//! Shows the figures while the nodes run: a screen that refreshes, plain lines, or JSON lines.

use std::io::{self, IsTerminal, Write, stdout};
use std::time::Duration;

use crate::figures::Figures;
use crate::options::Options;
use crate::{json, text};

/// Time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// Switches to another screen, hides the cursor, and cuts long lines instead of wrapping them.
const ENTER_SCREEN: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE_SCREEN: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME: &str = "\x1b[H";
const CLEAR_REST_OF_LINE: &str = "\x1b[K";
const CLEAR_REST_OF_SCREEN: &str = "\x1b[J";

/// The form of the progress.
#[derive(Debug)]
pub(crate) enum View {
    /// One screen that refreshes. Dropping the view restores the terminal.
    Screen {
        /// The first line.
        head: String,
        /// The last line.
        hint: String,
    },
    /// A line each second.
    Lines {
        /// JSON instead of text.
        json: bool,
        /// Time of the last printed line.
        last: Option<Duration>,
    },
}

impl View {
    /// Returns `true` if [`View::open`] will take the whole screen: without `--json`, on a capable
    /// terminal.
    pub(crate) fn takes_the_screen(options: &Options) -> bool {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        !options.json && !dumb && stdout().is_terminal()
    }

    /// Opens the view that suits the options and the output. `head` is its first line.
    ///
    /// # Errors
    /// The standard output cannot be written.
    pub(crate) fn open(options: &Options, head: String) -> io::Result<Self> {
        if Self::takes_the_screen(options) {
            print(ENTER_SCREEN)?;
            let hint = if options.keep_running {
                "Press Ctrl-C to stop."
            } else {
                "The program ends by itself. Press Ctrl-C to stop sooner."
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

    /// Shows `figures`. A view of lines prints at most one line a second.
    ///
    /// # Errors
    /// The standard output cannot be written.
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
            // A failure cannot be reported while dropping.
            let _ = print(LEAVE_SCREEN);
        }
    }
}

/// Draws over the old screen; clearing it first would flicker.
fn draw(screen: &str) -> io::Result<()> {
    let lines: Vec<&str> = screen.lines().collect();
    // A line break after the last line could scroll the screen.
    let lines = lines.join(&format!("{CLEAR_REST_OF_LINE}\r\n"));
    let drawn = format!("{HOME}{lines}{CLEAR_REST_OF_LINE}{CLEAR_REST_OF_SCREEN}");
    print(&drawn)
}

/// Writes `text` to the standard output and flushes it.
///
/// # Errors
/// The standard output cannot be written, for instance because its reader has closed it.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
