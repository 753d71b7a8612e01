//! Finds the type of the session.

use crate::launcher::model::{Call, Ending, Hook, Kind, Stack};
use crate::problems::Problems;
use crate::tokens::{compact, find_ident, first_span};
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, ExprPath, Ident, Pat, Type};

/// Takes the session's type from a closure if no `session = Type` names it. Reports one mistake if
/// the type is needed and unknown.
pub(super) fn find_session(stack: &mut Stack, problems: &mut Problems) {
    let uses = uses(stack);
    if stack.session.is_none() {
        stack.session = uses.iter().find_map(|used| used.ty.clone());
    }
    if stack.session.is_some() {
        stack.session_is_unknown = false;
    } else if let (false, Some(used)) = (stack.session_is_unknown, uses.first()) {
        let message = format!(
            "the type of the session is unknown: write `{}`, or `session = MySession` in any attribute of the struct",
            used.fix
        );
        problems.at(used.span, message);
        stack.session_is_unknown = true;
    }
}

/// A place that uses the session.
struct Used {
    span: Span,
    /// The session's type, if it is written there.
    ty: Option<Type>,
    /// The code to write there.
    fix: String,
}

fn uses(stack: &Stack) -> Vec<Used> {
    let hooks = |kind, hooks: &[Hook]| -> Vec<Used> {
        hooks
            .iter()
            .filter_map(|hook| in_hook(kind, hook))
            .collect()
    };
    let mut uses = hooks(Kind::Precondition, &stack.preconditions);
    for strategy in &stack.strategies {
        let target = strategy.target_peers.iter();
        let options = strategy.options.iter().map(|(_, value)| value);
        uses.extend(in_exprs(Kind::WalkStrategy, target.chain(options)));
    }
    uses.extend(hooks(Kind::Prepare, &stack.prepare));
    let kwargs = stack.kwargs.iter().flat_map(|kwargs| &kwargs.settings);
    uses.extend(in_values(Kind::Kwargs, kwargs));
    let options = stack.bootstrappers.iter().flat_map(|one| &one.options);
    uses.extend(in_values(Kind::Bootstrapper, options));
    uses.extend(hooks(Kind::MyPeer, stack.my_peer.as_slice()));
    for ending in &stack.endings {
        match ending {
            Ending::Hook(hook) => uses.extend(in_hook(Kind::Finalize, hook)),
            Ending::SetInSession { field, .. } => uses.push(Used {
                span: first_span(field),
                ty: None,
                fix: format!("#[set_in_session({}, session = MySession)]", compact(field)),
            }),
        }
    }
    uses
}

fn in_values<'a>(
    kind: Kind,
    values: impl Iterator<Item = &'a (Ident, Expr)>,
) -> impl Iterator<Item = Used> {
    in_exprs(kind, values.map(|(_, value)| value))
}

fn in_exprs<'a>(kind: Kind, values: impl Iterator<Item = &'a Expr>) -> impl Iterator<Item = Used> {
    let spans = values.filter_map(|value| find_ident("session", value.to_token_stream()));
    spans.map(move |span| Used {
        span,
        ty: None,
        fix: format!("#[{}(…, session = MySession)]", kind.name()),
    })
}

fn in_hook(kind: Kind, hook: &Hook) -> Option<Used> {
    let closure = match &hook.call {
        Call::Path(path) => return in_function(kind, path),
        Call::Closure(closure) => closure,
    };
    let reference = if kind.changes_session() { "&mut " } else { "&" };
    match closure.inputs.iter().nth(kind.session_parameter())? {
        Pat::Type(typed) => match typed.ty.as_ref() {
            Type::Reference(reference) => Some(Used {
                span: hook.span,
                ty: Some((*reference.elem).clone()),
                fix: String::new(),
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
                ty: None,
                fix: format!("{}: {reference}MySession", compact(tokens)),
            })
        }
    }
}

fn in_function(kind: Kind, path: &ExprPath) -> Option<Used> {
    Some(Used {
        span: path.path.segments.last()?.ident.span(),
        ty: None,
        fix: format!("#[{}({}, session = MySession)]", kind.name(), compact(path)),
    })
}
