#[automatically_derived]
impl ::ipv8::Payload for Ping {
    fn pack(
        &self,
        writer: &mut ::ipv8::wire::Writer,
    ) -> ::core::result::Result<(), ::ipv8::wire::PackError> {
        <u16 as ::ipv8::wire::Field>::pack(&self.0, writer)?;
        <::ipv8::wire::formats::Bytes20 as ::ipv8::wire::Format<
            [u8; 20],
        >>::pack(&self.1, writer)?;
        ::core::result::Result::Ok(())
    }
    fn unpack(
        reader: &mut ::ipv8::wire::Reader<'_>,
    ) -> ::core::result::Result<Self, ::ipv8::wire::UnpackError> {
        ::core::result::Result::Ok(
            Self(
                <u16 as ::ipv8::wire::Field>::unpack(reader)?,
                <::ipv8::wire::formats::Bytes20 as ::ipv8::wire::Format<
                    [u8; 20],
                >>::unpack(reader)?,
            ),
        )
    }
}
#[automatically_derived]
impl ::ipv8::Message for Ping {
    const ID: ::core::primitive::u8 = FIRST + 1;
    const NAME: &'static ::core::primitive::str = "Ping";
    const GLOBAL_TIME: ::core::primitive::bool = true;
    type Authentication = ::ipv8::Unsigned;
}
const _: () = ::core::assert!(
    < Ping as ::ipv8::Message > ::ID < 231,
    "message ids 231 to 255 are reserved: write a number from 0 to 230"
);
#[automatically_derived]
impl ::ipv8_core::Payload for Nothing {
    fn pack(
        &self,
        _: &mut ::ipv8_core::wire::Writer,
    ) -> ::core::result::Result<(), ::ipv8_core::wire::PackError> {
        ::core::result::Result::Ok(())
    }
    fn unpack(
        _: &mut ::ipv8_core::wire::Reader<'_>,
    ) -> ::core::result::Result<Self, ::ipv8_core::wire::UnpackError> {
        ::core::result::Result::Ok(Self)
    }
}
