struct MyLauncher;
#[diagnostic::do_not_recommend]
#[automatically_derived]
impl ::ipv8_core::CommunityLauncher for MyLauncher {
    type Overlay = ::ipv8_core::NoOverlay;
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
        strategies
            .add::<
                RandomWalk,
            >(
                20,
                |strategy| {
                    strategy.timeout = 3.0;
                },
            );
    }
}
::core::compile_error! {
    "`target_peers` cannot be -2: write the number of peers to stop at, or `-1` to never stop"
}
::core::compile_error! {
    "expected a community: write `#[overlay(my_module::MyCommunity)]`"
}
