//! What is asked for on the command line.

/// What to do.
pub(crate) enum Options {
    /// Not a bench run: `cargo test --all-targets` compiles and starts it like a test.
    Try,
    /// Say what there is.
    Help,
    /// One path, below callgrind.
    Child(String),
    /// Count and compare.
    Measure(Measure),
}

/// Which paths, and what to do with the counts.
#[derive(Default)]
pub(crate) struct Measure {
    /// Parts of the names of the paths; all of them have to be there.
    pub(crate) filters: Vec<String>,
    /// Fail if something has grown.
    pub(crate) check: bool,
    /// Write the counts down.
    pub(crate) record: bool,
}

/// For the process below callgrind.
pub(crate) const CHILD: &str = "--below-callgrind";

/// What `--help` says.
pub(crate) const HELP: &str = "\
Instructions and allocations of the hot paths, counted by callgrind; needs valgrind.

Usage: cargo bench -p ipv8-core --bench instructions -- [OPTIONS] [PART]...

Arguments:
  [PART]...  Only the paths whose names have all of these in them, for instance random_walk

Options:
      --check   Fail if a path needs over 10 % more than instructions.txt says
      --record  Write the counts into instructions.txt
  -h, --help    Print this";

impl Options {
    /// Reads the arguments; an option that is not known is an error.
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.peekable();
        if arguments.next_if(|first| first == CHILD).is_some() {
            return Ok(Self::Child(arguments.next().unwrap_or_default()));
        }
        let mut is_bench = false;
        let mut measure = Measure::default();
        for argument in arguments {
            match argument.as_str() {
                "--help" | "-h" => return Ok(Self::Help),
                "--bench" => is_bench = true,
                "--check" => measure.check = true,
                "--record" => measure.record = true,
                "--test" | "--nocapture" => {}
                other if other.starts_with('-') => {
                    return Err(format!(
                        "{other}: the bench `instructions` has --check, --record and --help; with options of the others name them: \
                         cargo bench -p ipv8-core --bench parts -- {other}"
                    ));
                }
                _ => measure.filters.push(argument),
            }
        }
        Ok(if is_bench {
            Self::Measure(measure)
        } else {
            Self::Try
        })
    }
}
