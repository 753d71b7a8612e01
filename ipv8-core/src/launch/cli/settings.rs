//! `config`: every setting, and where its value comes from.

use super::answer::Answer;
use crate::launch::Launchers;

pub(super) fn answer(launchers: &Launchers, json: bool) -> Answer {
    let effective = launchers.effective_configuration();
    let text = match json {
        true => format!("{:#}\n", effective.to_json()),
        false => effective.to_string(),
    };
    Answer::new(text)
        .with_warnings(&launchers.warnings())
        .with_plan(&launchers.check())
}
