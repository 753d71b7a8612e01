struct MyLauncher;
#[automatically_derived]
#[allow(unused_qualifications)]
impl ::ipv8_core::CommunityLauncher for MyLauncher {
    type Overlay = my_module::MyCommunity;
    type Session = ();
    const META: ::ipv8_core::LauncherMeta = ::ipv8_core::launcher_meta!(
        name = "MyLauncher", after = []
    );
    const HOOKS: &'static [::ipv8_core::launch::Hook] = &[
        ::ipv8_core::launch::Hook::WalkStrategies,
    ];
    fn walk_strategies(
        &self,
        session: &Self::Session,
        strategies: &mut ::ipv8_core::Strategies<Self::Overlay>,
    ) {
        strategies.add::<MyDiscoveryStrategy>(-1, ::ipv8_core::__private::unchanged);
    }
}
::ipv8_core::register!(MyLauncher = MyLauncher);
