//! The constants of the four curves (SEC 2 v1, sections 3.2.1, 3.3.1, 3.6.1 and 3.8.1; FIPS 186-4
//! calls them K-163 to K-571).

use std::sync::OnceLock;

use super::field::Element;
use super::point::{Affine, Parameters};
use super::scalar::Modulus;

/// sect163k1, K-163; words are lowest first.
pub(super) static SECT163K1: Parameters<163, 3> = Parameters {
    a: true,
    generator: Affine {
        x: Element::from_words([
            0xde4e_6d5e_5c94_eee8,
            0x7bbc_11ac_aa07_d793,
            0x0000_0002_fe13_c053,
        ]),
        y: Element::from_words([
            0x0536_d538_ccda_a3d9,
            0x5d38_ff58_321f_2e80,
            0x0000_0002_8907_0fb0,
        ]),
    },
    order: Modulus([
        0xa2e0_cc0d_99f8_a5ef,
        0x0000_0000_0002_0108,
        0x0000_0004_0000_0000,
    ]),
    generator_table: OnceLock::new(),
};

/// sect233k1, K-233; words are lowest first.
pub(super) static SECT233K1: Parameters<233, 4> = Parameters {
    a: false,
    generator: Affine {
        x: Element::from_words([
            0x0a4c_9d6e_efad_6126,
            0x1495_63a4_19c2_6bf5,
            0x7e73_1af1_29f2_2ff4,
            0x0000_0172_32ba_853a,
        ]),
        y: Element::from_words([
            0x56e0_c110_56fa_e6a3,
            0x27a8_cd9b_f18a_eb9b,
            0x19b7_f70f_555a_67c4,
            0x0000_01db_537d_ece8,
        ]),
    },
    order: Modulus([
        0x6efb_1ad5_f173_abdf,
        0x0006_9d5b_b915_bcd4,
        0x0000_0000_0000_0000,
        0x0000_0080_0000_0000,
    ]),
    generator_table: OnceLock::new(),
};

/// sect409k1, K-409; words are lowest first.
pub(super) static SECT409K1: Parameters<409, 7> = Parameters {
    a: false,
    generator: Affine {
        x: Element::from_words([
            0xb355_40cf_e902_3746,
            0xb5aa_aa62_ee22_2eb1,
            0xf9f6_7cc2_c460_189e,
            0xe307_c84c_27ac_cfb8,
            0x0f71_8421_0efd_0987,
            0x658f_49c1_ad3a_b189,
            0x0000_0000_0060_f05f,
        ]),
        y: Element::from_words([
            0x5863_ec48_d8e0_286b,
            0xe9c5_5215_aa9c_a27a,
            0xe9ea_10e3_da5f_6c42,
            0x918e_a427_e632_5165,
            0xbf04_299c_3460_782f,
            0x0b7c_4e42_acba_1dac,
            0x0000_0000_01e3_6905,
        ]),
    },
    order: Modulus([
        0x4b5c_83b8_e01e_5fcf,
        0x557d_5ed3_e3e7_ca5b,
        0x83b2_d4ea_2040_0ec4,
        0xffff_ffff_ffff_fe5f,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x0000_0000_007f_ffff,
    ]),
    generator_table: OnceLock::new(),
};

/// sect571k1, K-571; words are lowest first.
pub(super) static SECT571K1: Parameters<571, 9> = Parameters {
    a: false,
    generator: Affine {
        x: Element::from_words([
            0xe294_5283_a01c_8972,
            0x988b_4717_4dca_88c7,
            0xbbd1_ba39_4947_76fb,
            0x47da_304d_b4ce_b08c,
            0x4370_9584_93b2_05e6,
            0x6024_8048_0184_1ca4,
            0xac9c_a297_0012_d5d4,
            0x8218_9631_f810_3fe4,
            0x026e_b7a8_5992_3fbc,
        ]),
        y: Element::from_words([
            0x01cd_4c14_3ef1_c7a3,
            0x3204_30c8_5919_84f6,
            0xb620_b01a_7ba7_af1b,
            0x4fbe_bbb9_f772_aedc,
            0x9d49_79c0_ac44_aea7,
            0xffc6_1efc_006d_8a2c,
            0x4dd5_8cec_9f30_7a54,
            0x4f4a_eade_3bca_9531,
            0x0349_dc80_7f4f_bf37,
        ]),
    },
    order: Modulus([
        0x5cfe_778f_637c_1001,
        0xe5d6_3938_1e91_deb4,
        0x917f_4138_b630_d84b,
        0xf19a_63e4_b391_a8db,
        0x0000_0000_1318_50e1,
        0x0000_0000_0000_0000,
        0x0000_0000_0000_0000,
        0x0000_0000_0000_0000,
        0x0200_0000_0000_0000,
    ]),
    generator_table: OnceLock::new(),
};
