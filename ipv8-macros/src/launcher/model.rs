//! What a stack of launcher attributes says, in types of our own.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Expr, ExprClosure, Lit, LitStr, Path, Type};

/// One of the attributes that make up a launcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Overlay,
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
    pub(crate) const ALL: [Self; 11] = [
        Self::Overlay,
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

    /// The name of the attribute, which is also its name in the finaliser's arguments.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
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

    /// A correct way to write the attribute, for messages.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Overlay => "#[overlay(my_module::MyCommunity)]",
            Self::WalkStrategy => "#[walk_strategy(RandomWalk, target_peers = 20)]",
            Self::Bootstrapper => "#[bootstrapper(DispersyBootstrapper)]",
            Self::Name => "#[name(\"MyLauncher\")]",
            Self::After => "#[after(\"OtherLauncher\")]",
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

    /// What the attribute's first argument names, for messages.
    pub(crate) const fn subject(self) -> &'static str {
        match self {
            Self::Overlay => "community",
            Self::WalkStrategy => "strategy",
            Self::Bootstrapper => "bootstrapper",
            Self::Name => "name",
            Self::After => "launcher name",
            Self::Precondition => "condition",
            Self::Kwargs => "setting",
            Self::SetInSession => "field",
            Self::Prepare | Self::MyPeer | Self::Finalize => "hook",
        }
    }
}

/// One attribute as it was written: its kind, where it stands, and its arguments unread.
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

/// What stands behind the `=` of a [`Setting`].
pub(crate) enum Value {
    /// `crate = path`.
    Path(Path),
    /// `session = Type`.
    Session(Type),
    /// `session = "Type"`.
    QuotedSession(Lit),
    /// Everything else.
    Expr(Expr),
}

/// `#[overlay(…)]`.
pub(crate) struct Overlay {
    pub(crate) span: Span,
    /// The community; `None` when what stands there could not be read.
    pub(crate) community: Option<TokenStream>,
}

/// `#[walk_strategy(…)]`.
pub(crate) struct Strategy {
    pub(crate) span: Span,
    pub(crate) strategy: TokenStream,
    /// The number of peers at which it rests; `None` stands for the default.
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

/// What a [`Hook`] runs.
pub(crate) enum Call {
    Closure(Box<ExprClosure>),
    /// The path of a function.
    Path(Path),
}

/// `#[kwargs(…)]`.
pub(crate) struct Kwargs {
    pub(crate) span: Span,
    pub(crate) settings: Vec<(Ident, Expr)>,
}

/// What is done at the end of a launch.
pub(crate) enum Ending {
    /// `#[finalize(…)]`.
    Hook(Hook),
    /// `#[set_in_session(overlays.mine)]`: the field, or the way to it.
    SetInSession(TokenStream),
}

/// Everything the attributes of one struct say; lists are in written order.
#[derive(Default)]
pub(crate) struct Stack {
    pub(crate) overlay: Option<Overlay>,
    pub(crate) strategies: Vec<Strategy>,
    pub(crate) bootstrappers: Vec<Bootstrapper>,
    pub(crate) name: Option<LitStr>,
    pub(crate) after: Vec<LitStr>,
    pub(crate) preconditions: Vec<Hook>,
    pub(crate) kwargs: Vec<Kwargs>,
    pub(crate) prepare: Vec<Hook>,
    pub(crate) my_peer: Option<Hook>,
    pub(crate) endings: Vec<Ending>,
    /// The way to `ipv8_core`, when an attribute names one.
    pub(crate) krate: Option<Path>,
    /// The type of the session: what `session = Type` says, else what a closure says.
    pub(crate) session: Option<Type>,
    /// Nothing readable says what type the session has: what uses it is left out.
    pub(crate) session_is_unknown: bool,
}

/// The head of the item under the attributes.
pub(crate) enum Item {
    /// A struct without parameters.
    Struct {
        ident: Ident,
        /// `struct Name;`: the name is also the only value.
        unit: bool,
    },
    /// Something that can be no launcher but is a type with a name, so that a stub can be given.
    Refused { ident: Ident },
    /// Something that can be no launcher at all.
    Unusable,
}
