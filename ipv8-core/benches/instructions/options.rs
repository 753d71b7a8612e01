//! The command line.

/// The mode of a run.
pub(crate) enum Options {
    /// Not a bench run: `cargo test --all-targets` compiles and runs it like a test.
    Try,
    /// Print the help.
    Help,
    /// Run one path, under callgrind.
    Child(String),
    /// Count and compare.
    Measure(Measure),
}

/// The paths to count, and the use of the counts.
#[derive(Default)]
pub(crate) struct Measure {
    /// Parts of the names of the paths; a name must contain all of them.
    pub(crate) filters: Vec<String>,
    /// Fail if a count grew.
    pub(crate) check: bool,
    /// Write the counts to the file.
    pub(crate) record: bool,
}

/// The argument of the process under callgrind.
pub(crate) const CHILD: &str = "--under-callgrind";

/// The output of `--help`.
pub(crate) const HELP: &str = "\
Instructions and allocations of the hot paths, counted by callgrind; needs valgrind.

Usage: cargo bench -p ipv8-core --bench instructions -- [OPTIONS] [PART]...

Arguments:
  [PART]...  Only the paths whose names contain all of these, for instance random_walk

Options:
      --check   Fail if a path needs over 10 % more than in instructions.txt
      --record  Write the counts to instructions.txt
  -h, --help    Print this";

impl Options {
    /// Parses the arguments; an unknown option is an error.
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
                        "{other}: unknown option of the bench `instructions`: expected --check, --record or --help; for options of other benches name them: \
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
