//! Where the value of a setting comes from.

use std::fmt;
use std::sync::Arc;

/// Where the value of a setting comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The default.
    Default,
    /// A place in a file.
    File {
        /// The name of the file, as it was given.
        file: Arc<str>,
        /// The line, from 1; 0 for the file as a whole.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
    },
    /// The environment variable of that name.
    Variable(Arc<str>),
    /// The program's code.
    #[default]
    Code,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line: 0, .. } => f.write_str(file),
            Self::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Code => f.write_str("code"),
        }
    }
}

impl Origin {
    /// Returns the line and the column of a place in a file.
    pub(super) fn line_and_column(&self) -> Option<(u32, u32)> {
        match self {
            Self::File { line, column, .. } => Some((*line, *column)),
            _ => None,
        }
    }

    /// Returns `true` if two names are the same. A variable's name has no case.
    pub(super) fn is_same(&self, one: &str, other: &str) -> bool {
        match self {
            Self::Variable(_) => one.eq_ignore_ascii_case(other),
            _ => one == other,
        }
    }
}

/// A value with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Located<T> {
    /// Returns a value that code has set.
    pub(crate) const fn code(value: T) -> Self {
        Self {
            value,
            origin: Origin::Code,
        }
    }
}

impl Located<String> {
    /// Returns `true` if this name is `name`. A variable's name has no case.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.origin.is_same(&self.value, name)
    }
}

/// Converts byte offsets in a text to lines and columns.
pub(super) struct Lines<'t> {
    file: Arc<str>,
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(file: &Arc<str>, text: &'t str) -> Self {
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            file: file.clone(),
            text,
            starts: std::iter::once(0).chain(newlines).collect(),
        }
    }

    /// Returns the place of the byte at `offset`; the end of the text if it is shorter.
    pub(super) fn at(&self, offset: usize) -> Origin {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line));
        let start = start.copied().unwrap_or(0);
        let before = self.text.get(start..).unwrap_or("").char_indices();
        let column = before.take_while(|(at, _)| start + at < offset).count() + 1;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Origin::File {
            file: self.file.clone(),
            line: number(line),
            column: number(column),
        }
    }
}
