//! What a stack of launcher attributes says, in types of our own.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Expr, LitStr, Path};

/// One of the attributes that make up a launcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Overlay,
    WalkStrategy,
    Name,
    After,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Overlay, Self::WalkStrategy, Self::Name, Self::After];

    /// The name of the attribute, which is also its name in the finaliser's arguments.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::WalkStrategy => "walk_strategy",
            Self::Name => "name",
            Self::After => "after",
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
            Self::Name => "#[name(\"MyLauncher\")]",
            Self::After => "#[after(\"OtherLauncher\")]",
        }
    }

    /// What the attribute's first argument names, for messages.
    pub(crate) const fn subject(self) -> &'static str {
        match self {
            Self::Overlay => "community",
            Self::WalkStrategy => "strategy",
            Self::Name => "name",
            Self::After => "launcher name",
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

/// Everything the attributes of one struct say.
#[derive(Default)]
pub(crate) struct Stack {
    pub(crate) overlay: Option<Overlay>,
    /// In written order.
    pub(crate) strategies: Vec<Strategy>,
    pub(crate) name: Option<LitStr>,
    /// In written order.
    pub(crate) after: Vec<LitStr>,
    /// The way to `ipv8_core`, when an attribute names one.
    pub(crate) krate: Option<Path>,
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
