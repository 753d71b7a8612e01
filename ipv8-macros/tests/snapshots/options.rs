#[automatically_derived]
impl ::ipv8_core::Options for MyDiscoveryStrategy {
    fn option_types(
        &self,
    ) -> ::std::vec::Vec<::ipv8_core::__private::options::OptionType> {
        ::std::vec![
            ::ipv8_core::__private::options::described_within:: < f64, f64 > ("pause",
            "Seconds.", & (0.0..= 3600.0)), ::ipv8_core::__private::options::described::
            < Option < usize > > ("loop", "")
        ]
    }
    fn option(
        &self,
        name: &::core::primitive::str,
    ) -> ::core::result::Result<
        ::ipv8_core::__private::options::Value,
        ::ipv8_core::__private::options::OptionError,
    > {
        match name {
            "pause" => ::ipv8_core::__private::options::to_value(name, &self.pause),
            "loop" => ::ipv8_core::__private::options::to_value(name, &self.r#loop),
            _ => {
                ::core::result::Result::Err(
                    ::ipv8_core::__private::options::unknown(self, name),
                )
            }
        }
    }
    fn set_option(
        &mut self,
        name: &::core::primitive::str,
        value: &::ipv8_core::__private::options::Value,
    ) -> ::core::result::Result<(), ::ipv8_core::__private::options::OptionError> {
        match name {
            "pause" => {
                ::ipv8_core::__private::options::set_within(
                    name,
                    value,
                    &(0.0..=3600.0),
                    |field| ::core::option::Option::Some(field),
                    &mut self.pause,
                )
            }
            "loop" => ::ipv8_core::__private::options::set(name, value, &mut self.r#loop),
            _ => {
                ::core::result::Result::Err(
                    ::ipv8_core::__private::options::unknown(self, name),
                )
            }
        }
    }
    fn out_of_range(
        &self,
    ) -> ::std::vec::Vec<::ipv8_core::__private::options::OptionError> {
        ::core::iter::Iterator::collect(
            ::core::iter::Iterator::flatten(
                ::core::iter::IntoIterator::into_iter([
                    ::ipv8_core::__private::options::check(
                        "pause",
                        &(0.0..=3600.0),
                        |field| ::core::option::Option::Some(field),
                        &self.pause,
                    ),
                ]),
            ),
        )
    }
}
#[automatically_derived]
impl<T> ipv8::Options for Nothing<T>
where
    T: Copy,
{
    fn option_types(&self) -> ::std::vec::Vec<ipv8::__private::options::OptionType> {
        ::std::vec![]
    }
    fn option(
        &self,
        name: &::core::primitive::str,
    ) -> ::core::result::Result<
        ipv8::__private::options::Value,
        ipv8::__private::options::OptionError,
    > {
        match name {
            _ => {
                ::core::result::Result::Err(
                    ipv8::__private::options::unknown(self, name),
                )
            }
        }
    }
    fn set_option(
        &mut self,
        name: &::core::primitive::str,
        value: &ipv8::__private::options::Value,
    ) -> ::core::result::Result<(), ipv8::__private::options::OptionError> {
        let _ = value;
        match name {
            _ => {
                ::core::result::Result::Err(
                    ipv8::__private::options::unknown(self, name),
                )
            }
        }
    }
}
