//! Tests of reading, checking and showing a configuration.
#![allow(clippy::unwrap_used)]

mod dictionary;
mod effective;
mod layers;
mod names;
mod node;
mod problems;
mod random;

use super::{Config, Effective};

fn toml(text: &str) -> Config {
    Config::new().toml("ipv8.toml", text)
}

fn json(text: &str) -> Config {
    Config::new().json("ipv8.json", text)
}

fn variables(configuration: Config, variables: &[(&str, &str)]) -> Config {
    let owned = variables.iter();
    configuration.variables(owned.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

/// Returns the texts of the problems.
fn problems(configuration: &Config) -> Vec<String> {
    let problems = configuration.problems();
    problems.iter().map(ToString::to_string).collect()
}

fn warnings(configuration: &Config) -> Vec<String> {
    let warnings = configuration.warnings();
    warnings.iter().map(ToString::to_string).collect()
}

/// Returns `value  # origin` of a setting.
fn line(effective: &Effective, name: &str) -> String {
    let setting = effective.get(name).unwrap();
    format!("{}  # {}", setting.value, setting.origin)
}
