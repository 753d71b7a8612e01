//! The attributes of one struct, as types of our own. All attributes of a struct are its *stack*.

use crate::tokens::compact;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprClosure, ExprPath, Lit, LitStr, Path, Type};

/// One of the attributes that make up a launcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Overlay,
    Launcher,
    WalkStrategy,
    Bootstrapper,
    Name,
    After,
    Precondition,
    Kwargs,
    SetInSession,
    Prepare,
    MyPeer,
    Finalize,
}

impl Kind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Overlay,
        Self::Launcher,
        Self::WalkStrategy,
        Self::Bootstrapper,
        Self::Name,
        Self::After,
        Self::Precondition,
        Self::Kwargs,
        Self::SetInSession,
        Self::Prepare,
        Self::MyPeer,
        Self::Finalize,
    ];

    /// Returns the name of the attribute, which is also its name in the finaliser's arguments.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Launcher => "launcher",
            Self::WalkStrategy => "walk_strategy",
            Self::Bootstrapper => "bootstrapper",
            Self::Name => "name",
            Self::After => "after",
            Self::Precondition => "precondition",
            Self::Kwargs => "kwargs",
            Self::SetInSession => "set_in_session",
            Self::Prepare => "prepare",
            Self::MyPeer => "my_peer",
            Self::Finalize => "finalize",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns a correct example of the attribute, for messages.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Overlay => "#[overlay(my_module::MyCommunity)]",
            Self::Launcher => "#[launcher]",
            Self::WalkStrategy => "#[walk_strategy(RandomWalk, target_peers = 20)]",
            Self::Bootstrapper => "#[bootstrapper(DispersyBootstrapper)]",
            Self::Name => "#[name(\"MyLauncher\")]",
            Self::After => "#[after(OtherLauncher)]",
            Self::Precondition => "#[precondition(|session: &MySession| session.enabled)]",
            Self::Kwargs => "#[kwargs(directory = session.directory.clone())]",
            Self::SetInSession => "#[set_in_session(my_community)]",
            Self::Prepare => {
                "#[prepare(async |ipv8, session: &mut MySession| { session.open().await })]"
            }
            Self::MyPeer => "#[my_peer(|session: &MySession| session.key.clone())]",
            Self::Finalize => {
                "#[finalize(async |ipv8, session: &mut MySession, overlay| { session.begin(overlay).await })]"
            }
        }
    }

    /// Returns a noun for the attribute's first argument, for messages.
    pub(crate) const fn subject(self) -> &'static str {
        match self {
            Self::Overlay => "community",
            Self::Launcher => "launcher",
            Self::WalkStrategy => "strategy",
            Self::Bootstrapper => "bootstrapper",
            Self::Name => "name",
            Self::After => "launcher",
            Self::Precondition => "condition",
            Self::Kwargs => "setting",
            Self::SetInSession => "field",
            Self::Prepare | Self::MyPeer | Self::Finalize => "hook",
        }
    }

    /// Returns the parameters of the attribute's closure or function.
    pub(crate) const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Prepare => &["ipv8", "session"],
            Self::Finalize => &["ipv8", "session", "overlay"],
            _ => &["session"],
        }
    }

    /// Returns `true` if the attribute describes an overlay.
    pub(crate) const fn needs_overlay(self) -> bool {
        match self {
            Self::Overlay
            | Self::WalkStrategy
            | Self::Bootstrapper
            | Self::Kwargs
            | Self::SetInSession
            | Self::MyPeer => true,
            Self::Launcher
            | Self::Name
            | Self::After
            | Self::Precondition
            | Self::Prepare
            | Self::Finalize => false,
        }
    }

    /// Returns `true` if the attribute's code may change the session, and may await.
    pub(crate) const fn changes_session(self) -> bool {
        matches!(self, Self::Prepare | Self::Finalize)
    }

    /// Returns the index of the session among the parameters.
    pub(crate) const fn session_parameter(self) -> usize {
        match self {
            Self::Prepare | Self::Finalize => 1,
            _ => 0,
        }
    }
}

/// One attribute as written: its kind, its place, and its arguments as tokens.
pub(crate) struct Fragment {
    pub(crate) kind: Kind,
    /// The whole attribute.
    pub(crate) span: Span,
    pub(crate) args: TokenStream,
}

/// `key = value` among the arguments of an attribute.
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// The value of a [`Setting`].
pub(crate) enum Value {
    /// `crate = path`.
    Path(Path),
    /// `session = Type`.
    Session(Type),
    /// `session = "Type"`.
    QuotedSession(Lit),
    /// `session = …` whose type could not be read. The mistake was reported.
    UnknownSession,
    /// The value of any other key; [`missing`] if it could not be read.
    Expr(Expr),
}

/// Returns the value of a key whose value could not be read. The mistake was reported; the key is
/// kept, so that an editor can complete it.
pub(crate) fn missing() -> Expr {
    Expr::Verbatim(TokenStream::new())
}

/// `#[overlay(…)]`.
pub(crate) struct Overlay {
    pub(crate) span: Span,
    /// The community; `None` if it could not be read.
    pub(crate) community: Option<TokenStream>,
}

/// An argument of `#[name]` or `#[after]`.
pub(crate) enum Name {
    /// `"MyLauncher"`.
    Text(LitStr),
    /// A constant, or a macro such as `concat!`.
    Code(Expr),
    /// The path of a launcher, in `#[after]`.
    Launcher(Path),
}

impl Name {
    /// Returns the argument as the user wrote it, without quotes.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.value(),
            Self::Code(code) => compact(code),
            Self::Launcher(path) => compact(path),
        }
    }
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Text(text) => text.to_tokens(tokens),
            Self::Code(code) => code.to_tokens(tokens),
            Self::Launcher(path) => path.to_tokens(tokens),
        }
    }
}

/// `#[walk_strategy(…)]`.
pub(crate) struct Strategy {
    pub(crate) span: Span,
    pub(crate) strategy: TokenStream,
    /// The number of peers at which it rests; `None` for the default.
    pub(crate) target_peers: Option<Expr>,
    pub(crate) options: Vec<(Ident, Expr)>,
}

/// `#[bootstrapper(…)]`.
pub(crate) struct Bootstrapper {
    pub(crate) span: Span,
    pub(crate) bootstrapper: TokenStream,
    pub(crate) options: Vec<(Ident, Expr)>,
}

/// `#[precondition(…)]`, `#[prepare(…)]`, `#[my_peer(…)]` or `#[finalize(…)]`.
pub(crate) struct Hook {
    pub(crate) span: Span,
    pub(crate) call: Call,
}

/// The code that a [`Hook`] runs.
pub(crate) enum Call {
    Closure(Box<ExprClosure>),
    /// The path of a function.
    Path(ExprPath),
}

impl ToTokens for Hook {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.call {
            Call::Closure(closure) => closure.to_tokens(tokens),
            Call::Path(path) => path.to_tokens(tokens),
        }
    }
}

/// `#[kwargs(…)]`.
pub(crate) struct Kwargs {
    pub(crate) span: Span,
    pub(crate) settings: Vec<(Ident, Expr)>,
}

/// One part of the generated `finalize`.
pub(crate) enum Ending {
    /// `#[finalize(…)]`.
    Hook(Hook),
    /// `#[set_in_session(overlays.mine)]`.
    SetInSession {
        /// The whole attribute.
        span: Span,
        /// The path of the field.
        field: TokenStream,
    },
}

impl Ending {
    pub(crate) fn hook(&self) -> Option<&Hook> {
        match self {
            Self::Hook(hook) => Some(hook),
            Self::SetInSession { .. } => None,
        }
    }
}

/// All attributes of one struct. Lists are in the order written.
#[derive(Default)]
pub(crate) struct Stack {
    pub(crate) overlay: Option<Overlay>,
    /// The place of `#[launcher]`, which marks a launcher without an overlay.
    pub(crate) no_overlay: Option<Span>,
    pub(crate) strategies: Vec<Strategy>,
    pub(crate) bootstrappers: Vec<Bootstrapper>,
    pub(crate) name: Option<Name>,
    pub(crate) after: Vec<Name>,
    pub(crate) preconditions: Vec<Hook>,
    pub(crate) kwargs: Vec<Kwargs>,
    pub(crate) prepare: Vec<Hook>,
    pub(crate) my_peer: Option<Hook>,
    pub(crate) endings: Vec<Ending>,
    /// `true` if a type is written as two strings.
    pub(crate) quoted: bool,
    /// The path of `ipv8_core`, if an attribute names it.
    pub(crate) krate: Option<Path>,
    /// The type of the session, from `session = Type` or else from a closure.
    pub(crate) session: Option<Type>,
    /// `true` if no correct attribute names the type of the session. The methods that use it are
    /// then left out.
    pub(crate) session_is_unknown: bool,
}

impl Stack {
    /// Returns `true` if an attribute has code of the user's, such as a value or a closure.
    pub(crate) fn has_code(&self) -> bool {
        let has_values =
            |strategy: &Strategy| strategy.target_peers.is_some() || !strategy.options.is_empty();
        let endings = self.endings.iter().filter_map(Ending::hook);
        self.strategies.iter().any(has_values)
            || self.bootstrappers.iter().any(|one| !one.options.is_empty())
            || self.kwargs.iter().any(|kwargs| !kwargs.settings.is_empty())
            || !(self.preconditions.is_empty() && self.prepare.is_empty())
            || self.my_peer.is_some()
            || endings.count() > 0
    }
}

/// The head of the annotated item.
pub(crate) enum Item {
    /// A struct without parameters.
    Struct {
        name: ItemName,
        /// `true` for `struct Name;`, whose name is also its only value.
        unit: bool,
        lints: Lints,
    },
    /// A type that cannot be a launcher. Its name is known, so a stub is possible.
    Refused { name: ItemName },
    /// An item without a usable name.
    Unusable,
}

/// The name of the annotated item.
pub(crate) struct ItemName {
    pub(crate) ident: Ident,
    /// The place of the token after the name.
    pub(crate) end: Span,
}

/// The struct's attributes that set lints.
#[derive(Default)]
pub(crate) struct Lints {
    /// The attributes, for the generated code. `expect` is `allow` there.
    pub(crate) levels: Vec<TokenStream>,
    /// `true` if the struct is `#[deprecated]`.
    pub(crate) deprecated: bool,
}
