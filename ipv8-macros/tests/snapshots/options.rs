#[automatically_derived]
impl ::ipv8_core::Options for MyDiscoveryStrategy {
    fn option_types(&self) -> &'static [::ipv8_core::options::OptionType] {
        &[
            ::ipv8_core::options::OptionType {
                name: "pause",
                type_name: "f64",
                range: ::core::option::Option::Some("0.0..=3600.0"),
            },
            ::ipv8_core::options::OptionType {
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
        ::ipv8_core::options::Value,
        ::ipv8_core::options::OptionError,
    > {
        match name {
            "pause" => ::ipv8_core::options::to_value(name, &self.pause),
            "loop" => ::ipv8_core::options::to_value(name, &self.r#loop),
            _ => ::core::result::Result::Err(::ipv8_core::options::unknown(self, name)),
        }
    }
    fn set_option(
        &mut self,
        name: &::core::primitive::str,
        value: &::ipv8_core::options::Value,
    ) -> ::core::result::Result<(), ::ipv8_core::options::OptionError> {
        match name {
            "pause" => {
                ::ipv8_core::options::set_within(
                    name,
                    ("f64", "0.0..=3600.0"),
                    value,
                    |inside| (0.0..=3600.0).contains(inside),
                    &mut self.pause,
                )
            }
            "loop" => {
                ::ipv8_core::options::set(name, "Option<usize>", value, &mut self.r#loop)
            }
            _ => ::core::result::Result::Err(::ipv8_core::options::unknown(self, name)),
        }
    }
}
#[automatically_derived]
impl<T> ipv8::Options for Nothing<T>
where
    T: Copy,
{
    fn option_types(&self) -> &'static [ipv8::options::OptionType] {
        &[]
    }
    fn option(
        &self,
        name: &::core::primitive::str,
    ) -> ::core::result::Result<ipv8::options::Value, ipv8::options::OptionError> {
        match name {
            _ => ::core::result::Result::Err(ipv8::options::unknown(self, name)),
        }
    }
    fn set_option(
        &mut self,
        name: &::core::primitive::str,
        value: &ipv8::options::Value,
    ) -> ::core::result::Result<(), ipv8::options::OptionError> {
        let _ = value;
        match name {
            _ => ::core::result::Result::Err(ipv8::options::unknown(self, name)),
        }
    }
}
