//! The names of the wire formats.

use crate::problems::nearest;

/// Every format name of the protocol, with its marker type in `ipv8_core::wire::formats`.
pub(crate) const FORMATS: [(&str, &str); 42] = [
    ("?", "Bool"),
    ("B", "U8"),
    ("H", "U16"),
    ("I", "U32"),
    ("Q", "U64"),
    ("l", "I32"),
    ("q", "I64"),
    ("f", "F32"),
    ("d", "F64"),
    ("c", "Char"),
    ("BBH", "BBH"),
    ("BH", "BH"),
    ("HH", "HH"),
    ("LL", "LL"),
    ("QH", "QH"),
    ("QL", "QL"),
    ("QQHHBH", "QQHHBH"),
    ("ccB", "CCB"),
    ("20s", "Bytes20"),
    ("32s", "Bytes32"),
    ("64s", "Bytes64"),
    ("74s", "Bytes74"),
    ("4SH", "Bytes4H"),
    ("c20s", "CharBytes20"),
    ("bits", "BitFlags"),
    ("ipv4", "Ipv4"),
    ("ip_address", "IpAddress"),
    ("address", "AddressFormat"),
    ("varlenH", "VarlenH"),
    ("doublevarlenH", "DoubleVarlenH"),
    ("varlenI", "VarlenI"),
    ("varlenHutf8", "VarlenHUtf8"),
    ("varlenIutf8", "VarlenIUtf8"),
    ("varlenHx20", "VarlenHx20"),
    ("varlenBx2", "VarlenBx2"),
    ("varlenH-list", "VarlenHList"),
    ("arrayH-?", "ArrayHBool"),
    ("arrayH-q", "ArrayHI64"),
    ("arrayH-d", "ArrayHF64"),
    ("raw", "RawBytes"),
    ("payload", "Nested"),
    ("payload-list", "NestedList"),
];

/// Returns the marker of a format that has this name.
pub(crate) fn marker_of_name(name: &str) -> Option<&'static str> {
    let known = FORMATS.iter().find(|(known, _)| *known == name);
    known.map(|(_, marker)| *marker)
}

/// Returns the marker of a format, or the message for an unknown name.
pub(crate) fn marker(name: &str) -> Result<&'static str, String> {
    if let Some(marker) = marker_of_name(name) {
        return Ok(marker);
    }
    let names = FORMATS.map(|(known, _)| known);
    let of_rust_type = match name {
        "bool" => Some("?"),
        "u8" => Some("B"),
        "u16" => Some("H"),
        "u32" => Some("I"),
        "u64" => Some("Q"),
        "i32" => Some("l"),
        "i64" | "int" => Some("q"),
        "f32" => Some("f"),
        "f64" | "float" => Some("d"),
        "String" | "str" | "utf8" => Some("varlenHutf8"),
        "Vec<u8>" | "bytes" => Some("varlenH"),
        _ => None,
    };
    match of_rust_type.or_else(|| nearest(name, &names)) {
        Some(known) => Err(format!("unknown format `{name}`: did you mean `{known}`?")),
        None => Err(format!(
            "unknown format `{name}`: write one of `{}`",
            names.join("`, `")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_markers_are_distinct() {
        assert_eq!(
            FORMATS
                .iter()
                .map(|(name, _)| name)
                .collect::<BTreeSet<_>>()
                .len(),
            42
        );
        assert_eq!(
            FORMATS
                .iter()
                .map(|(_, marker)| marker)
                .collect::<BTreeSet<_>>()
                .len(),
            42
        );
    }

    #[test]
    fn a_similar_name_is_suggested() {
        for (wrong, right) in [
            ("h", "H"),
            ("L", "l"),
            ("varlenh", "varlenH"),
            ("varlenHutf-8", "varlenHutf8"),
            ("payload_list", "payload-list"),
            ("ipaddress", "ip_address"),
            ("u16", "H"),
            ("bytes", "varlenH"),
            ("21s", "20s"),
        ] {
            assert_eq!(
                marker(wrong),
                Err(format!("unknown format `{wrong}`: did you mean `{right}`?"))
            );
        }
        assert!(marker("protobuf").is_err_and(|message| message.contains("`varlenHx20`")));
        assert!(marker("").is_err_and(|message| message.contains("write one of `?`, `B`")));
    }
}
