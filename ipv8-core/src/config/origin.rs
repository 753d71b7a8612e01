//! Where a value was said.

use std::fmt;
use std::sync::Arc;

/// Where a setting has its value from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Nobody said anything: it is the default.
    Default,
    /// A file, at a line and a column, both from 1. Line 0: the file as a whole.
    File {
        /// The name of the file, as it was given.
        file: Arc<str>,
        /// The line.
        line: u32,
        /// The column, in letters.
        column: u32,
    },
    /// The variable of that name in the environment.
    Variable(Arc<str>),
    /// A program.
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

/// A value, and where it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was said.
    pub origin: Origin,
}

impl<T> Located<T> {
    /// A value that a program says.
    pub const fn code(value: T) -> Self {
        Self {
            value,
            origin: Origin::Code,
        }
    }
}

/// Byte offsets of a text as lines and columns.
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

    /// The place of the byte at `offset`; of the end, if it lies behind it.
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
