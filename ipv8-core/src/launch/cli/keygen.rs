//! `keygen`: writes a new key to a file.

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::answer::Answer;
use crate::crypto::PrivateKey;
use crate::node::key_file;

pub(super) fn answer(file: &Path) -> Answer {
    // A dangling symbolic link counts as an existing file too.
    if file.symlink_metadata().is_ok() {
        return Answer::failed(format!(
            "{} already exists; refusing to overwrite a key: choose another file name",
            file.display()
        ));
    }
    match make(file) {
        Ok(key) => Answer::new(format!("{}\npeer {}\n", file.display(), key.mid())),
        Err(error) => Answer::failed(error),
    }
}

fn make(file: &Path) -> Result<PrivateKey, crate::Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    Ok(key_file::load_or_create(
        file,
        &mut StdRng::from_seed(seed),
    )?)
}
