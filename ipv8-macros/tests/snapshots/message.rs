#[automatically_derived]
impl ::ipv8_core::Payload for Hello {
    fn pack(
        &self,
        writer: &mut ::ipv8_core::wire::Writer,
    ) -> ::core::result::Result<(), ::ipv8_core::wire::PackError> {
        <String as ::ipv8_core::wire::Field>::pack(&self.text, writer)?;
        <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<
            Vec<u8>,
        >>::pack(&self.picture, writer)?;
        ::core::result::Result::Ok(())
    }
    fn unpack(
        reader: &mut ::ipv8_core::wire::Reader<'_>,
    ) -> ::core::result::Result<Self, ::ipv8_core::wire::UnpackError> {
        ::core::result::Result::Ok(Self {
            text: <String as ::ipv8_core::wire::Field>::unpack(reader)?,
            picture: <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<
                Vec<u8>,
            >>::unpack(reader)?,
        })
    }
}
#[automatically_derived]
impl ::ipv8_core::Message for Hello {
    const ID: ::core::primitive::u8 = 1;
    const NAME: &'static ::core::primitive::str = "Hello";
    const GLOBAL_TIME: ::core::primitive::bool = false;
    type Authentication = ::ipv8_core::Signed;
}
