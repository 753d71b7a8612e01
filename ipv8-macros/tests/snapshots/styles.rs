#[automatically_derived]
impl ::ipv8::Payload for Ping {
    const TAKES_REST: ::ipv8::__private::bool = <::ipv8::wire::formats::Bytes20 as ::ipv8::wire::Format<
        [u8; 20],
    >>::TAKES_REST;
    fn pack(
        &self,
        writer: &mut ::ipv8::wire::Writer,
    ) -> ::ipv8::__private::Result<(), ::ipv8::wire::PackError> {
        <u16 as ::ipv8::wire::Field>::pack(&self.0, writer)?;
        <::ipv8::wire::formats::Bytes20 as ::ipv8::wire::Format<
            [u8; 20],
        >>::pack(&self.1, writer)?;
        ::ipv8::__private::Ok(())
    }
    fn unpack(
        reader: &mut ::ipv8::wire::Reader<'_>,
    ) -> ::ipv8::__private::Result<Self, ::ipv8::wire::UnpackError> {
        ::ipv8::__private::Ok(
            Self(
                <u16 as ::ipv8::wire::Field>::unpack(reader)?,
                <::ipv8::wire::formats::Bytes20 as ::ipv8::wire::Format<
                    [u8; 20],
                >>::unpack(reader)?,
            ),
        )
    }
}
const _: () = {
    ::ipv8::__private::assert!(
        ! < u16 as ::ipv8::wire::Field > ::TAKES_REST,
        "this field takes everything up to the end of the message: make it the last field"
    );
};
#[automatically_derived]
impl ::ipv8::Message for Ping {
    const ID: ::ipv8::__private::u8 = FIRST + 1;
    const NAME: &'static ::ipv8::__private::str = "Ping";
    const GLOBAL_TIME: ::ipv8::__private::bool = true;
    type Authentication = ::ipv8::Unsigned;
}
const _: () = ::ipv8::__private::assert!(
    < Ping as ::ipv8::Message > ::ID < 231,
    "message ids 231 to 255 are reserved: write a number from 0 to 230"
);
#[automatically_derived]
impl ::ipv8_core::Payload for Nothing {
    fn pack(
        &self,
        _: &mut ::ipv8_core::wire::Writer,
    ) -> ::ipv8_core::__private::Result<(), ::ipv8_core::wire::PackError> {
        ::ipv8_core::__private::Ok(())
    }
    fn unpack(
        _: &mut ::ipv8_core::wire::Reader<'_>,
    ) -> ::ipv8_core::__private::Result<Self, ::ipv8_core::wire::UnpackError> {
        ::ipv8_core::__private::Ok(Self)
    }
}
