//! One process of the mixed network under attack, in a namespace of its own: `siege nodes SECONDS`,
//! `siege attack`, `siege depart`, or `siege watch`.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use std::time::Duration;

    use ipv8_tests::siege;

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments[..] {
        ["nodes", seconds] => {
            let seconds = seconds.parse();
            let seconds = seconds.unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
            siege::run_nodes(Duration::from_secs(seconds))
        }
        ["attack"] => siege::attack(true),
        ["depart"] => siege::attack(false),
        ["watch"] => siege::watch(),
        _ => {
            eprintln!("siege nodes SECONDS | siege attack | siege depart | siege watch");
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("siege {arguments:?}: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("only Linux has network namespaces");
    ExitCode::FAILURE
}
