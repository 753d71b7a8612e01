//! A set of launchers, as both languages can write it.

/// An expression or statement in both languages.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) rust: String,
    pub(super) python: String,
}

impl Code {
    pub(super) fn new(rust: impl Into<String>, python: impl Into<String>) -> Self {
        Self {
            rust: rust.into(),
            python: python.into(),
        }
    }

    /// Returns code that is the same in both languages.
    pub(super) fn same(text: impl ToString) -> Self {
        Self::new(text.to_string(), text.to_string())
    }
}

/// The launchers of one launch, in the order of the source.
#[derive(Debug)]
pub(super) struct LauncherSet {
    pub(super) number: usize,
    pub(super) launchers: Vec<Launcher>,
    /// The sessions that the launch gets.
    pub(super) sessions: Vec<Session>,
    /// `after` that close a cycle: the launcher, and the one that it names.
    pub(super) cycles: Vec<[String; 2]>,
    /// `after` that name no launcher: the launcher, and the name.
    pub(super) unknown: Vec<[String; 2]>,
    /// The order in which the program adds the launchers in Rust, where it does not matter.
    pub(super) added: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionKind {
    Alpha,
    Beta,
}

impl SessionKind {
    pub(super) fn rust(self) -> &'static str {
        match self {
            Self::Alpha => "Alpha",
            Self::Beta => "Beta",
        }
    }

    /// Returns the start of its attributes in Python, where there is only one session.
    pub(super) fn python(self) -> &'static str {
        match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
        }
    }
}

/// A session before the launch.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) kind: SessionKind,
    pub(super) flag: bool,
    pub(super) level: i32,
    pub(super) count: i32,
    pub(super) label: &'static str,
}

#[derive(Debug)]
pub(super) struct Launcher {
    pub(super) type_name: String,
    pub(super) name: String,
    /// The number of its community; `None`: it has no overlay.
    pub(super) community: Option<u8>,
    pub(super) session: Option<SessionKind>,
    /// The fields `on` and `size` of the launcher itself.
    pub(super) fields: Option<(bool, i32)>,
    /// From top to bottom.
    pub(super) attributes: Vec<Attribute>,
    /// The attribute with `session = …`.
    pub(super) carrier: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Attribute {
    Overlay {
        as_text: bool,
    },
    Launcher,
    /// With the value of a constant that the Rust code names.
    Name(Code, Option<String>),
    After(Vec<Code>),
    Precondition(Form, Code),
    Kwargs(Vec<(&'static str, Code)>),
    Strategy(Part),
    Bootstrapper(Part),
    MyPeer(Code),
    SetInSession(&'static str),
    Prepare(Hook),
    Finalize(Hook),
}

/// A strategy or bootstrapper.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) as_text: bool,
    pub(super) options: Vec<(&'static str, Code)>,
    /// The target of a strategy, and the number of options before it.
    pub(super) target: Option<(usize, Code)>,
}

/// The form of a hook in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Closure,
    /// A closure that names the session's type.
    TypedClosure,
    AsyncClosure,
    Function,
}

#[derive(Debug)]
pub(super) struct Hook {
    pub(super) form: Form,
    /// Its number among the launcher's hooks of this kind.
    pub(super) number: usize,
    pub(super) effects: Vec<Code>,
    pub(super) end: End,
    /// Whether it asks its overlay for its size.
    pub(super) asks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Fine,
    Error,
    Panic,
}
