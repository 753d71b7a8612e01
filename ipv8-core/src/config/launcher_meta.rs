//! The metadata of a launcher, known at compile time.

use std::fmt;

/// The name, order and source location of one launcher.
///
/// [`launcher_meta!`](crate::launcher_meta!) makes it and fills in the location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LauncherMeta {
    /// The launcher's name, unique within one launch (py-ipv8: `get_name`). The macros use the name
    /// of the struct by default.
    pub name: &'static str,
    /// The names of the launchers that are launched earlier (py-ipv8: `not_before`). Default: none.
    pub after: &'static [&'static str],
    /// The crate that defines the launcher, as the compiler names it.
    pub crate_name: &'static str,
    /// The module that defines the launcher, as `module_path!` returns it.
    pub module: &'static str,
    /// The file that defines the launcher, as `file!` returns it.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

/// Returns the crate of a module path: everything before the first `::`.
const fn crate_of(module: &'static str) -> &'static str {
    let bytes = module.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b':' {
        end += 1;
    }
    module.split_at(end).0
}

impl LauncherMeta {
    /// Returns the metadata of a launcher at this place, for [`launcher_meta!`].
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        after: &'static [&'static str],
        module: &'static str,
        (file, line, column): (&'static str, u32, u32),
    ) -> Self {
        Self {
            name,
            after,
            crate_name: crate_of(module),
            module,
            file,
            line,
            column,
        }
    }

    /// Returns the launcher's location in the source, shown as `file:line:column`.
    pub fn location(&self) -> SourceLocation {
        SourceLocation {
            file: self.file,
            line: self.line,
            column: self.column,
        }
    }

    /// Returns the sort key for launchers whose order `after` leaves open: crate, module, file,
    /// line, column, and last the name. It does not depend on the linker or the build settings.
    pub(crate) fn tie_break(&self) -> impl Ord + use<> {
        (
            self.crate_name,
            self.module,
            self.file,
            self.line,
            self.column,
            self.name,
        )
    }
}

/// Shows `name (file:line:column)`.
impl fmt::Display for LauncherMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.location())
    }
}

/// One crate that a call of [`link!`](crate::link!) names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The name in the call.
    pub(crate) name: &'static str,
    /// The place of the call.
    pub(crate) location: SourceLocation,
    /// The crate with the call.
    pub(crate) by: &'static str,
}

impl Link {
    /// Returns the record of a call in this module, at this place.
    #[must_use]
    pub const fn new(
        name: &'static str,
        module: &'static str,
        (file, line, column): (&'static str, u32, u32),
    ) -> Self {
        Self {
            name,
            location: SourceLocation { file, line, column },
            by: crate_of(module),
        }
    }
}

/// A location in the source, shown as `file:line:column`: terminals and editors turn it into a
/// link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    file: &'static str,
    line: u32,
    column: u32,
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Returns the [`LauncherMeta`] of a launcher that is defined where this macro is called.
///
/// ```
/// const META: ipv8_core::LauncherMeta =
///     ipv8_core::launcher_meta!(name = "MyLauncher", after = ["Other"]);
/// assert_eq!(META.after, ["Other"]);
/// assert!(META.line > 0);
/// ```
#[macro_export]
macro_rules! launcher_meta {
    (name = $name:expr, after = [$($after:expr),* $(,)?] $(,)?) => {
        $crate::LauncherMeta::new(
            $name,
            &[$($after),*],
            $crate::__private::module_path!(),
            ($crate::__private::file!(), $crate::__private::line!(), $crate::__private::column!()),
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: LauncherMeta = launcher_meta!(name = "Here", after = ["A", "B"]);

    #[test]
    fn the_location_is_that_of_the_macro_call() {
        assert_eq!((HERE.name, HERE.after), ("Here", ["A", "B"].as_slice()));
        assert_eq!(HERE.crate_name, "ipv8_core");
        assert_eq!(HERE.module, module_path!());
        let location = format!("{}:{}:{}", file!(), HERE.line, HERE.column);
        assert_eq!(HERE.to_string(), format!("Here ({location})"));
        assert_eq!(HERE.column, 32);
    }

    #[test]
    fn the_crate_is_the_head_of_the_module_path() {
        assert_eq!(crate_of("plugin"), "plugin");
        assert_eq!(crate_of("plugin::deep::down"), "plugin");
        assert_eq!(crate_of(""), "");
    }

    #[test]
    fn ties_are_broken_by_crate_module_file_line_column_name() {
        let meta = |crate_name, module, file, line, column, name| LauncherMeta {
            name,
            after: &[],
            crate_name,
            module,
            file,
            line,
            column,
        };
        let sorted = [
            meta("a", "a::z", "z.rs", 99, 99, "z"),
            meta("b", "b", "z.rs", 99, 99, "z"),
            meta("b", "b::m", "y.rs", 99, 99, "z"),
            meta("b", "b::m", "z.rs", 9, 99, "z"),
            meta("b", "b::m", "z.rs", 10, 9, "z"),
            meta("b", "b::m", "z.rs", 10, 10, "y"),
            meta("b", "b::m", "z.rs", 10, 10, "z"),
        ];
        assert!(sorted.is_sorted_by(|one, next| one.tie_break() < next.tie_break()));
    }
}
