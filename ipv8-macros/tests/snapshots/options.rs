#[automatically_derived]
impl ::ipv8_core::Options for MyDiscoveryStrategy {
    fn option_types(
        &self,
    ) -> ::ipv8_core::__private::Vec<::ipv8_core::__private::options::OptionType> {
        ::ipv8_core::__private::options::types(
            &[
                (
                    "pause",
                    "Seconds.",
                    |name, doc| ::ipv8_core::__private::options::described_within::<
                        f64,
                        f64,
                    >(name, doc, &(0.0..=3600.0)),
                ),
                ("loop", "", ::ipv8_core::__private::options::described::<Option<usize>>),
            ],
        )
    }
    fn option(
        &self,
        name: &::ipv8_core::__private::str,
    ) -> ::ipv8_core::__private::Result<
        ::ipv8_core::__private::options::Value,
        ::ipv8_core::__private::options::OptionError,
    > {
        ::ipv8_core::__private::options::read(
            name,
            &[
                ("pause", ::ipv8_core::__private::options::to_read(&self.pause)),
                ("loop", ::ipv8_core::__private::options::to_read(&self.r#loop)),
            ],
        )
    }
    fn set_option(
        &mut self,
        name: &::ipv8_core::__private::str,
        value: &::ipv8_core::__private::options::Value,
    ) -> ::ipv8_core::__private::Result<
        (),
        ::ipv8_core::__private::options::OptionError,
    > {
        ::ipv8_core::__private::options::write(
            name,
            value,
            &mut [
                (
                    "pause",
                    &mut ::ipv8_core::__private::options::to_set_within(
                        &(0.0..=3600.0),
                        |field| ::ipv8_core::__private::Some(field),
                        &mut self.pause,
                    ),
                ),
                ("loop", ::ipv8_core::__private::options::to_set(&mut self.r#loop)),
            ],
        )
    }
    fn out_of_range(
        &self,
    ) -> ::ipv8_core::__private::Vec<::ipv8_core::__private::options::OptionError> {
        ::ipv8_core::__private::Iterator::collect(
            ::ipv8_core::__private::Iterator::flatten(
                ::ipv8_core::__private::IntoIterator::into_iter([
                    ::ipv8_core::__private::options::check(
                        "pause",
                        &(0.0..=3600.0),
                        |field| ::ipv8_core::__private::Some(field),
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
    fn option_types(
        &self,
    ) -> ipv8::__private::Vec<ipv8::__private::options::OptionType> {
        ipv8::__private::options::types(&[])
    }
    fn option(
        &self,
        name: &ipv8::__private::str,
    ) -> ipv8::__private::Result<
        ipv8::__private::options::Value,
        ipv8::__private::options::OptionError,
    > {
        ipv8::__private::options::read(name, &[])
    }
    fn set_option(
        &mut self,
        name: &ipv8::__private::str,
        value: &ipv8::__private::options::Value,
    ) -> ipv8::__private::Result<(), ipv8::__private::options::OptionError> {
        ipv8::__private::options::write(name, value, &mut [])
    }
}
