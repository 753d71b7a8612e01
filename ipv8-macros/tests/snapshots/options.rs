#[automatically_derived]
impl ::ipv8_core::Options for MyDiscoveryStrategy {
    fn option_types(&self) -> &'static [::ipv8_core::support::options::OptionType] {
        &[
            ::ipv8_core::support::options::OptionType {
                name: "pause",
                type_name: "f64",
                range: ::core::option::Option::Some("0.0..=3600.0"),
            },
            ::ipv8_core::support::options::OptionType {
                name: "loop",
                type_name: "Option<usize>",
                range: ::core::option::Option::None,
            },
        ]
    }
    fn option(
        &self,
        name: &::core::primitive::str,
    ) -> ::core::result::Result<
        ::ipv8_core::support::options::Value,
        ::ipv8_core::support::options::OptionError,
    > {
        match name {
            "pause" => ::ipv8_core::support::options::to_value(name, &self.pause),
            "loop" => ::ipv8_core::support::options::to_value(name, &self.r#loop),
            _ => {
                ::core::result::Result::Err(
                    ::ipv8_core::support::options::unknown(self, name),
                )
            }
        }
    }
    fn set_option(
        &mut self,
        name: &::core::primitive::str,
        value: &::ipv8_core::support::options::Value,
    ) -> ::core::result::Result<(), ::ipv8_core::support::options::OptionError> {
        match name {
            "pause" => {
                ::ipv8_core::support::options::set_within(
                    name,
                    ("f64", "0.0..=3600.0"),
                    value,
                    |inside| (0.0..=3600.0).contains(inside),
                    &mut self.pause,
                )
            }
            "loop" => {
                ::ipv8_core::support::options::set(
                    name,
                    "Option<usize>",
                    value,
                    &mut self.r#loop,
                )
            }
            _ => {
                ::core::result::Result::Err(
                    ::ipv8_core::support::options::unknown(self, name),
                )
            }
        }
    }
}
#[automatically_derived]
impl<T> ipv8::Options for Nothing<T>
where
    T: Copy,
{
    fn option_types(&self) -> &'static [ipv8::support::options::OptionType] {
        &[]
    }
    fn option(
        &self,
        name: &::core::primitive::str,
    ) -> ::core::result::Result<
        ipv8::support::options::Value,
        ipv8::support::options::OptionError,
    > {
        match name {
            _ => ::core::result::Result::Err(ipv8::support::options::unknown(self, name)),
        }
    }
    fn set_option(
        &mut self,
        name: &::core::primitive::str,
        value: &ipv8::support::options::Value,
    ) -> ::core::result::Result<(), ipv8::support::options::OptionError> {
        let _ = value;
        match name {
            _ => ::core::result::Result::Err(ipv8::support::options::unknown(self, name)),
        }
    }
}
