//! What a launcher says about itself, known at compile time.

use std::fmt;

/// Name, order and place of one launcher. Made by [`launcher_meta!`](crate::launcher_meta!), which fills in the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LauncherMeta {
    /// Its name, unique within one launch. Default of the macros: the name of the struct (py-ipv8: `get_name`).
    pub name: &'static str,
    /// Names of the launchers that have to be launched earlier (py-ipv8: `not_before`). Default none.
    pub after: &'static [&'static str],
    /// The crate it stands in, as the compiler names it.
    pub crate_name: &'static str,
    /// The module it stands in, as `module_path!` gives it.
    pub module: &'static str,
    /// The file it stands in, as `file!` gives it.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

impl LauncherMeta {
    /// The crate of a module path: everything before the first `::`.
    pub const fn crate_of(module: &'static str) -> &'static str {
        let bytes = module.as_bytes();
        let mut end = 0;
        while end < bytes.len() && bytes[end] != b':' {
            end += 1;
        }
        module.split_at(end).0
    }

    /// Where it stands: `file:line:column`.
    pub fn place(&self) -> Place {
        Place(*self)
    }

    /// What settles the order of launchers that `after` leaves open: crate, module, file, line, column, and last the name. No linker
    /// and no build setting can change it.
    pub fn tie_break(&self) -> impl Ord + use<> {
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
        write!(f, "{} ({})", self.name, self.place())
    }
}

/// A place in the source, shown as `file:line:column`: terminals and editors make it a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(LauncherMeta);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LauncherMeta {
            file, line, column, ..
        } = self.0;
        write!(f, "{file}:{line}:{column}")
    }
}

/// The [`LauncherMeta`] of a launcher that stands where this is written.
///
/// ```
/// const META: ipv8_core::LauncherMeta = ipv8_core::launcher_meta!(name = "MyLauncher", after = ["Other"]);
/// assert_eq!(META.after, ["Other"]);
/// assert!(META.line > 0);
/// ```
#[macro_export]
macro_rules! launcher_meta {
    (name = $name:expr, after = [$($after:expr),* $(,)?] $(,)?) => {
        $crate::LauncherMeta {
            name: $name,
            after: &[$($after),*],
            crate_name: $crate::LauncherMeta::crate_of(::core::module_path!()),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: LauncherMeta = launcher_meta!(name = "Here", after = ["A", "B"]);

    #[test]
    fn the_place_is_where_the_macro_is_written() {
        assert_eq!((HERE.name, HERE.after), ("Here", ["A", "B"].as_slice()));
        assert_eq!(HERE.crate_name, "ipv8_core");
        assert_eq!(HERE.module, module_path!());
        let place = format!("{}:{}:{}", file!(), HERE.line, HERE.column);
        assert_eq!(HERE.to_string(), format!("Here ({place})"));
        assert_eq!(HERE.column, 32);
    }

    #[test]
    fn the_crate_is_the_head_of_the_module_path() {
        assert_eq!(LauncherMeta::crate_of("plugin"), "plugin");
        assert_eq!(LauncherMeta::crate_of("plugin::deep::down"), "plugin");
        assert_eq!(LauncherMeta::crate_of(""), "");
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
