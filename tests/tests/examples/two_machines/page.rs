//! The commands of a page: lines `host$ program arguments` in its sections.

/// One command: its machine, its program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) host: String,
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
}

/// Parses the command on a line, if there is one.
pub(crate) fn command(line: &str) -> Option<Command> {
    let (host, words) = line.split_once("$ ")?;
    if host.is_empty() || !host.chars().all(|c| c.is_ascii_lowercase()) {
        return None;
    }
    let mut words = words.split_whitespace().map(str::to_owned);
    Some(Command {
        host: host.to_owned(),
        program: words.next()?,
        arguments: words.collect(),
    })
}

/// Returns the commands below the heading `# section`.
///
/// # Panics
///
/// Panics if there is no such section.
pub(crate) fn commands(page: &str, section: &str) -> Vec<Command> {
    let heading = format!("# {section}\n");
    let (_, rest) = page.split_once(&heading).expect("the section is there");
    let body = rest.split("\n# ").next().unwrap_or_default();
    body.lines().filter_map(command).collect()
}
