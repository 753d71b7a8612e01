#[automatically_derived]
impl ::ipv8_core::Payload for Hello {
    const TAKES_REST: ::ipv8_core::__private::bool = <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<
        Vec<u8>,
    >>::TAKES_REST;
    fn pack(
        &self,
        writer: &mut ::ipv8_core::wire::Writer,
    ) -> ::ipv8_core::__private::Result<(), ::ipv8_core::wire::PackError> {
        <String as ::ipv8_core::wire::Field>::pack(&self.text, writer)?;
        <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<
            Vec<u8>,
        >>::pack(&self.picture, writer)?;
        ::ipv8_core::__private::Ok(())
    }
    fn unpack(
        reader: &mut ::ipv8_core::wire::Reader<'_>,
    ) -> ::ipv8_core::__private::Result<Self, ::ipv8_core::wire::UnpackError> {
        ::ipv8_core::__private::Ok(Self {
            text: <String as ::ipv8_core::wire::Field>::unpack(reader)?,
            picture: <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<
                Vec<u8>,
            >>::unpack(reader)?,
        })
    }
}
const _: () = {
    ::ipv8_core::__private::assert!(
        ! < String as ::ipv8_core::wire::Field > ::TAKES_REST,
        "this field takes everything up to the end of the message: make it the last field"
    );
};
#[automatically_derived]
impl ::ipv8_core::Message for Hello {
    const ID: ::ipv8_core::__private::u8 = 1;
    const NAME: &'static ::ipv8_core::__private::str = "Hello";
    const GLOBAL_TIME: ::ipv8_core::__private::bool = false;
    type Authentication = ::ipv8_core::Signed;
}
