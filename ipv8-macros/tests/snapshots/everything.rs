/// Starts my community.
#[derive(Default)]
pub(crate) struct MyLauncher {
    size: usize,
}
#[automatically_derived]
#[allow(unused_qualifications)]
impl ipv8::CommunityLauncher for MyLauncher {
    type Overlay = my_module::Generic<u8>;
    type Session = ();
    const META: ipv8::LauncherMeta = ipv8::launcher_meta!(
        name = "My launcher", after = ["Other", r#"Another"#]
    );
    const HOOKS: &'static [ipv8::launch::Hook] = &[ipv8::launch::Hook::WalkStrategies];
    fn walk_strategies(
        &self,
        session: &Self::Session,
        strategies: &mut ipv8::Strategies<Self::Overlay>,
    ) {
        strategies
            .add::<
                my_module::sub::MyStrategy,
            >(
                20,
                |strategy| {
                    strategy.interval = 0.5 + 0.5;
                },
            );
        strategies.add::<EdgeWalk>(20, ipv8::__private::unchanged);
        strategies
            .add::<
                RandomWalk,
            >(
                TARGET,
                |strategy| {
                    strategy.window_size = 5;
                    strategy.r#target_peers = f(1, 2);
                },
            );
    }
}
ipv8::register!(MyLauncher = < MyLauncher as ipv8::__private::Default > ::default());
