//! Attributes that run the user's code: conditions and hooks, and the type of the session that they get.

use crate::launcher::check::refuse_settings;
use crate::launcher::model::{Call, Ending, Fragment, Hook, Kind, Stack};
use crate::launcher::parse::{self, compact};
use crate::problems::Problems;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Lit, Member, Pat, Token, Type};

impl Kind {
    /// The parameters of the attribute's closure or function.
    const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Prepare => &["ipv8", "session"],
            Self::Finalize => &["ipv8", "session", "overlay"],
            _ => &["session"],
        }
    }

    /// Which of them the session is.
    const fn session_parameter(self) -> usize {
        match self {
            Self::Prepare | Self::Finalize => 1,
            _ => 0,
        }
    }
}

// (|session| session.enabled)
// (is_enabled, session = MySession)
// (async |ipv8, session: &mut MySession| { … })
pub(crate) fn hook(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let kind = fragment.kind;
    let (call, settings) = parse::one_and_settings(fragment, problems, |input| call(input, kind));
    refuse_settings(kind, settings, stack, problems);
    let Some(call) = call else { return };
    let hook = Hook {
        span: fragment.span,
        call,
    };
    match kind {
        Kind::Precondition => stack.preconditions.push(hook),
        Kind::Prepare => stack.prepare.push(hook),
        Kind::Finalize => stack.endings.push(Ending::Hook(hook)),
        _ if stack.my_peer.is_some() => {
            let message = "the launcher has a `#[my_peer]` already: an overlay has one key";
            problems.at(fragment.span, message);
        }
        _ => stack.my_peer = Some(hook),
    }
}

fn call(input: ParseStream<'_>, kind: Kind) -> syn::Result<Call> {
    let example = kind.example();
    if input.peek(Lit) {
        let subject = kind.subject();
        return Err(input.error(format!("a {subject} is code: write `{example}`")));
    }
    let mut expr: Expr = input.parse()?;
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    match expr {
        Expr::Closure(closure) => {
            let wanted = kind.parameters();
            if closure.inputs.len() == wanted.len() {
                return Ok(Call::Closure(Box::new(closure)));
            }
            let message = format!(
                "the closure of `#[{}]` takes `|{}|`: write `{example}`",
                kind.name(),
                wanted.join(", ")
            );
            Err(syn::Error::new_spanned(or_bar(&closure), message))
        }
        Expr::Path(path) if path.qself.is_none() => Ok(Call::Path(path.path)),
        other => {
            let parameters = kind.parameters().join(", ");
            let message = format!(
                "expected a closure, or the path of a function: write `|{parameters}| {}`",
                compact(&other)
            );
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

/// `|…|`.
fn or_bar(closure: &syn::ExprClosure) -> TokenStream {
    let mut tokens = closure.inputs_begin.to_token_stream();
    closure.inputs.to_tokens(&mut tokens);
    closure.inputs_end.to_tokens(&mut tokens);
    tokens
}

// (my_community)
// (overlays.mine)
pub(crate) fn set_in_session(fragment: &Fragment, stack: &mut Stack, problems: &mut Problems) {
    let (field, settings) = parse::one_and_settings(fragment, problems, field);
    refuse_settings(fragment.kind, settings, stack, problems);
    if let Some(field) = field {
        stack.endings.push(Ending::SetInSession(field));
    }
}

fn field(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    const EXAMPLE: &str = Kind::SetInSession.example();
    if let Ok(Lit::Str(name)) = input.fork().parse() {
        let name = name.value();
        return Err(input.error(format!(
            "the field of the session stands without quotes: write `#[set_in_session({name})]`"
        )));
    }
    if input.peek(Token![self])
        || (input.peek(Ident) && input.fork().parse::<Ident>()? == "session")
    {
        return Err(input.error(format!(
            "the field is named without what it is a field of: write `{EXAMPLE}`"
        )));
    }
    let mut field = input
        .parse::<Member>()
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("expected a field of the session: write `{EXAMPLE}`"),
            )
        })?
        .to_token_stream();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?.to_tokens(&mut field);
        input.parse::<Member>()?.to_tokens(&mut field);
    }
    Ok(field)
}

/// Takes the session's type from a closure when no `session = Type` says it, and complains once if it is needed and unknown.
pub(crate) fn find_session(stack: &mut Stack, problems: &mut Problems) {
    let uses = uses(stack);
    if stack.session.is_none() {
        stack.session = uses.iter().find_map(|used| used.said.clone());
    }
    if stack.session.is_some() {
        stack.session_is_unknown = false;
    } else if let (false, Some(used)) = (stack.session_is_unknown, uses.first()) {
        let message = format!(
            "the type of the session is not known: write `{}`, or `session = MySession` in any attribute of the struct",
            used.mend
        );
        problems.at(used.span, message);
        stack.session_is_unknown = true;
    }
}

/// A place that has to do with the session.
struct Used {
    span: Span,
    /// The type that it says.
    said: Option<Type>,
    /// What could be written there.
    mend: String,
}

fn uses(stack: &Stack) -> Vec<Used> {
    let mut uses = Vec::new();
    for (kind, hooks) in [
        (Kind::Precondition, &stack.preconditions),
        (Kind::Prepare, &stack.prepare),
    ] {
        uses.extend(hooks.iter().filter_map(|hook| used_in_hook(kind, hook)));
    }
    for kwargs in &stack.kwargs {
        let values = kwargs.settings.iter();
        let found = values.filter_map(|(_, value)| mention(value.to_token_stream()));
        uses.extend(found.map(|span| used_in_value(span, Kind::Kwargs)));
    }
    for bootstrapper in &stack.bootstrappers {
        let values = bootstrapper.options.iter();
        let found = values.filter_map(|(_, value)| mention(value.to_token_stream()));
        uses.extend(found.map(|span| used_in_value(span, Kind::Bootstrapper)));
    }
    uses.extend(
        stack
            .my_peer
            .iter()
            .filter_map(|hook| used_in_hook(Kind::MyPeer, hook)),
    );
    for ending in &stack.endings {
        match ending {
            Ending::Hook(hook) => uses.extend(used_in_hook(Kind::Finalize, hook)),
            Ending::SetInSession(field) => {
                let first = field.clone().into_iter().next();
                uses.push(Used {
                    span: first.map_or_else(Span::call_site, |token| token.span()),
                    said: None,
                    mend: format!("#[set_in_session({}, session = MySession)]", compact(field)),
                });
            }
        }
    }
    uses
}

fn used_in_value(span: Span, kind: Kind) -> Used {
    Used {
        span,
        said: None,
        mend: format!("#[{}(…, session = MySession)]", kind.name()),
    }
}

fn used_in_hook(kind: Kind, hook: &Hook) -> Option<Used> {
    let closure = match &hook.call {
        Call::Path(path) => {
            let span = path.segments.last()?.ident.span();
            let mend = format!("#[{}({}, session = MySession)]", kind.name(), compact(path));
            return Some(Used {
                span,
                said: None,
                mend,
            });
        }
        Call::Closure(closure) => closure,
    };
    let exclusive = match kind {
        Kind::Prepare | Kind::Finalize => "&mut ",
        _ => "&",
    };
    match closure.inputs.iter().nth(kind.session_parameter())? {
        Pat::Type(typed) => match typed.ty.as_ref() {
            Type::Reference(reference) => Some(Used {
                span: hook.span,
                said: Some((*reference.elem).clone()),
                mend: String::new(),
            }),
            _ => None,
        },
        Pat::Wild(_) => None,
        Pat::Ident(name) if name.ident.to_string().starts_with('_') => None,
        other => {
            let tokens = other.to_token_stream();
            let first = tokens.clone().into_iter().next()?;
            Some(Used {
                span: first.span(),
                said: None,
                mend: format!("{}: {exclusive}MySession", compact(tokens)),
            })
        }
    }
}

/// The first `session` in an expression.
pub(crate) fn mention(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "session" => Some(ident.span()),
        TokenTree::Group(group) => mention(group.stream()),
        _ => None,
    })
}
