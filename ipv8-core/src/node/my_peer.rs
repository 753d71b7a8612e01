//! The key of a node or a tracker.

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::config::MyPeer;
use crate::crypto::PrivateKey;
use crate::node::error::Error;
use crate::node::files::key_file;

/// Returns the key that `source` names. A new key is never derived from the node's seed, which is
/// not a secret.
pub(crate) fn my_peer(source: &MyPeer) -> Result<PrivateKey, Error> {
    let rng = || -> Result<StdRng, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(StdRng::from_seed(seed))
    };
    match source {
        MyPeer::New => Ok(PrivateKey::generate(&mut rng()?)),
        MyPeer::Key(key) => Ok(key.clone()),
        MyPeer::File(path) => Ok(key_file::load_or_create(path, &mut rng()?)?),
        MyPeer::Stored { file, key } => Ok(key_file::load_or_store(file, || key.clone())?),
        MyPeer::Existing(file) => Ok(key_file::read_existing(file)?),
    }
}
