//! A launcher that logs its hooks, and that fails, panics or never returns where a test wants it
//! to.

use ipv8_core::launch::Hook;
use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};

use crate::desk::key;
use crate::probe::{Log, Probe, ProbeSettings};

/// A fault in a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error; only `prepare` and `finalize` can return one.
    Error,
    /// A panic.
    Panic,
    /// It never returns; only `prepare` and `finalize` can do that.
    Hang,
    /// It stops the node; only `prepare` and `finalize` can do that.
    Stop,
}

/// The session of all [`Scripted`] launchers.
#[derive(Debug, Default)]
pub struct Script {
    /// The calls, in order.
    pub log: Log,
    /// The launcher and the hook where something goes wrong, and the fault.
    pub fault: Option<(u8, Hook, Fault)>,
    /// One launcher, and the settings of its community.
    pub settings: Option<(u8, ProbeSettings)>,
    /// The launchers whose precondition is false.
    pub off: Vec<u8>,
    /// The launchers whose overlays use a separate key: the one with the launcher's number.
    pub own_keys: Vec<u8>,
    /// The handles that `finalize` stored.
    pub handles: Vec<CommunityId>,
}

impl Script {
    fn note(&self, number: u8, hook: Hook) {
        self.log.push(format!("{number} {hook}"));
        assert!(
            self.fault != Some((number, hook, Fault::Panic)),
            "a scripted panic in {hook}"
        );
    }

    async fn note_in(&self, number: u8, hook: Hook, ipv8: &Ipv8) -> Result<(), LaunchError> {
        self.note(number, hook);
        match self.fault {
            Some((who, what, fault)) if (who, what) == (number, hook) => match fault {
                Fault::Error => Err("as the script says".into()),
                Fault::Hang => std::future::pending().await,
                Fault::Stop => {
                    ipv8.stop().await;
                    Ok(())
                }
                Fault::Panic => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Launches a `Probe<N>` according to its session, a [`Script`]. Comes after the launcher before
/// it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scripted<const N: u8>;

impl<const N: u8> CommunityLauncher for Scripted<N> {
    type Overlay = Probe<N>;
    type Session = Script;
    const META: LauncherMeta = launcher_meta!(name = ["S0", "S1", "S2"][N as usize], after = []);

    fn should_launch(&self, script: &Script) -> bool {
        script.note(N, Hook::ShouldLaunch);
        !script.off.contains(&N)
    }

    async fn prepare(&self, ipv8: &Ipv8, script: &mut Script) -> Result<(), LaunchError> {
        script.note_in(N, Hook::Prepare, ipv8).await
    }

    fn settings(&self, script: &Script) -> ProbeSettings {
        script.note(N, Hook::Settings);
        let mut settings = match &script.settings {
            Some((number, settings)) if *number == N => settings.clone(),
            _ => ProbeSettings::default(),
        };
        settings.log = script.log.clone();
        settings
    }

    fn my_peer(&self, script: &Script) -> Option<ipv8_core::crypto::PrivateKey> {
        script.note(N, Hook::MyPeer);
        script.own_keys.contains(&N).then(|| key(u16::from(N)))
    }

    fn bootstrappers(&self, script: &Script, bootstrappers: &mut Bootstrappers) {
        script.note(N, Hook::Bootstrappers);
        bootstrappers.add::<DispersyBootstrapper>(|_| {});
    }

    async fn finalize(
        &self,
        ipv8: &Ipv8,
        script: &mut Script,
        overlay: &OverlayHandle<Probe<N>>,
    ) -> Result<(), LaunchError> {
        script.note_in(N, Hook::Finalize, ipv8).await?;
        script.handles.push(overlay.id());
        Ok(())
    }
}
