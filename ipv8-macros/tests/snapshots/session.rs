struct MyLauncher {
    size: usize,
}
#[automatically_derived]
#[allow(unused_qualifications)]
impl ::ipv8_core::CommunityLauncher for MyLauncher {
    type Overlay = my_module::MyCommunity;
    type Session = Session;
    const META: ::ipv8_core::LauncherMeta = ::ipv8_core::launcher_meta!(
        name = "MyLauncher", after = []
    );
    const HOOKS: &'static [::ipv8_core::launch::Hook] = &[
        ::ipv8_core::launch::Hook::ShouldLaunch,
        ::ipv8_core::launch::Hook::Prepare,
        ::ipv8_core::launch::Hook::Settings,
        ::ipv8_core::launch::Hook::MyPeer,
        ::ipv8_core::launch::Hook::Bootstrappers,
        ::ipv8_core::launch::Hook::Finalize,
    ];
    fn should_launch(&self, session: &Self::Session) -> ::ipv8_core::__private::bool {
        ::ipv8_core::__private::condition(session, |session: &Session| session.enabled)
            && ::ipv8_core::__private::condition(session, is_enabled)
    }
    async fn prepare(
        &self,
        ipv8: &::ipv8_core::Ipv8,
        session: &mut Self::Session,
    ) -> ::ipv8_core::__private::Result<(), ::ipv8_core::LaunchError> {
        open(ipv8, &mut *session).await?;
        let done: ::ipv8_core::__private::Result<(), ::ipv8_core::LaunchError> = async {
            let ipv8: &::ipv8_core::Ipv8 = ipv8;
            let session: &mut Self::Session = &mut *session;
            session.register(ipv8).await
        }
            .await;
        done?;
        ::ipv8_core::__private::Ok(())
    }
    fn settings(
        &self,
        session: &Self::Session,
    ) -> <Self::Overlay as ::ipv8_core::Community>::Settings {
        let mut settings = <<Self::Overlay as ::ipv8_core::Community>::Settings as ::ipv8_core::__private::Default>::default();
        settings.directory = session.directory.clone();
        settings.size = self.size;
        settings.size = 4;
        settings
    }
    fn my_peer(
        &self,
        session: &Self::Session,
    ) -> ::ipv8_core::__private::Option<::ipv8_core::crypto::PrivateKey> {
        ::ipv8_core::__private::own_key(session, |session| session.key.clone())
    }
    fn bootstrappers(
        &self,
        session: &Self::Session,
        bootstrappers: &mut ::ipv8_core::Bootstrappers,
    ) {
        bootstrappers
            .add::<
                DispersyBootstrapper,
            >(|bootstrapper| {
                bootstrapper.ip_addresses = session.trackers.clone();
            });
        bootstrappers.add::<my_module::Friends>(::ipv8_core::__private::unchanged);
    }
    async fn finalize(
        &self,
        ipv8: &::ipv8_core::Ipv8,
        session: &mut Self::Session,
        overlay: &::ipv8_core::OverlayHandle<Self::Overlay>,
    ) -> ::ipv8_core::__private::Result<(), ::ipv8_core::LaunchError> {
        ::ipv8_core::__private::set_in_session(overlay, { &mut session.overlays.mine });
        ::ipv8_core::__private::finalized(
            ipv8,
            &mut *session,
            overlay,
            |_, session, overlay| {
                session.ids.push(overlay.id());
                Ok(())
            },
        )?;
        ::ipv8_core::__private::Ok(())
    }
    const KWARGS: &'static [&'static ::ipv8_core::__private::str] = &[
        "directory",
        "size",
        "size",
    ];
}
::ipv8_core::register!(
    MyLauncher = < MyLauncher as ::ipv8_core::__private::Default > ::default()
);
