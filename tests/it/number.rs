//! Numbers in strings as Java reads and prints them. Values that differ between the libraries of Java and Rust, or that a
//! comparison of 500,000 random strings with JDK 17 and 25 found.

use mapdrift::engine::number::{
    Decimal, Decimals, Narrow, half, java_double, java_float, kind_of, parse_double, parse_float,
    parse_long, string_to_long, string_to_narrow,
};
use mapdrift::model::fate::Cause;

#[test]
fn a_long_is_a_sign_and_digits_of_any_script() {
    check(parse_long("-9223372036854775808"), "-9223372036854775808");
    check(parse_long("+5"), "5");
    check(parse_long("٥"), "5");
    for text in ["", "-", "+", " 5", "5 ", "5.0", "9223372036854775808", "𝟗", "0x5", "1_000"] {
        check(parse_long(text), &format!("number_format_exception: For input string: \"{text}\""));
    }
}

#[test]
fn a_double_is_trimmed_and_may_end_in_a_letter() {
    for (text, expected) in [
        (" 5 ", "5"),
        ("5d", "5"),
        ("5F", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e5", "100000"),
        ("0x1p3", "8"),
        ("-0X.8P1d", "-1"),
        ("NaN", "NaN"),
        ("-Infinity", "-inf"),
        ("1e400", "inf"),
        ("1e-400", "0"),
    ] {
        check(parse_double(text), expected);
    }
    check(parse_double(" "), "number_format_exception: empty String");
    check(parse_double("1.2.3.4"), "number_format_exception: multiple points");
    for text in ["٥", "nan", "inf", "1e", "1e+", "--5", "0x1", "0x.p1", "5dd", "1_0", "."] {
        check(
            parse_double(text),
            &format!("number_format_exception: For input string: \"{text}\""),
        );
    }
}

#[test]
fn floats_are_rounded_once() {
    check(parse_float("3.40282355e38"), "340282350000000000000000000000000000000");
    check(parse_float("3.40282357e38"), "inf");
    check(parse_float("0x1.000001p0"), "1");
    check(parse_float("0x1.00000100000000000000000001p0"), "1.0000001");
    assert_eq!(parse_double("0x0.00000000000008p-1022").unwrap().to_bits(), 0);
    assert_eq!(parse_double("0x0.00000000000018p-1022").unwrap().to_bits(), 2);
}

#[test]
fn half_floats_are_rounded_to_even() {
    for (value, expected) in
        [(65_519.0, 65_504.0), (65_520.0, f32::INFINITY), (2_049.0, 2_048.0), (2_051.0, 2_052.0)]
    {
        assert!(
            (half(value) - expected).abs() == 0.0
                || half(value).is_infinite() && expected.is_infinite()
        );
    }
    assert_eq!(half(2.98e-8).to_bits(), 0);
    assert_eq!(half(2.99e-8).to_bits(), 2.0_f32.powi(-24).to_bits());
}

#[test]
fn strings_in_integer_fields_are_cut() {
    check(string_to_long("1e3", Decimals::Cut), "1000");
    check(string_to_long("-1.9", Decimals::Cut), "-1");
    check(string_to_long("1.0", Decimals::Refused), "1");
    check(
        string_to_long("1.9", Decimals::Refused),
        "illegal_argument_exception: Value [1.9] has a decimal part",
    );
    check(
        string_to_long("1e999999999", Decimals::Cut),
        "illegal_argument_exception: Value [1e999999999] is out of range for a long",
    );
    check(
        string_to_long(" 5", Decimals::Cut),
        "illegal_argument_exception: For input string: \" 5\"",
    );
    check(string_to_narrow("NaN", Narrow::Integer), "0");
    check(string_to_narrow("0x1p3", Narrow::Short), "8");
    check(
        string_to_narrow("40000", Narrow::Short),
        "illegal_argument_exception: Value [40000] is out of range for a short",
    );
}

#[test]
fn a_decimal_of_any_size_has_low_bits() {
    let low = |text: &str| Decimal::parse(text).unwrap().low_bits();
    assert_eq!(low("9223372036854775808"), i64::MIN);
    assert_eq!(low("1e400"), 0);
    assert_eq!(low("-1.99"), -1);
    assert_eq!(low("١.٥"), 1);
    assert_eq!(low("1e64") & 1, 0);
    for text in ["", ".", "e5", "1e", "1e2147483648", "1e12345678901", "1 ", "0x1", "1.2.3"] {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
}

#[test]
fn java_prints_at_least_one_decimal() {
    for (value, expected) in [
        (1000.0, "1000.0"),
        (1e7, "1.0E7"),
        (9_999_999.0, "9999999.0"),
        (0.001, "0.001"),
        (1e-4, "1.0E-4"),
        (-0.0, "-0.0"),
        (123.456, "123.456"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(java_double(value), expected);
    }
    assert_eq!(java_float(1.0e10), "1.0E10");
    assert_eq!(java_float(0.1), "0.1");
}

#[test]
fn a_string_is_a_number_if_either_parser_takes_it() {
    use mapdrift::engine::number::NumberKind::{Double, Long};
    for (text, expected) in [
        ("20190430", Some(Long)),
        ("1e3", Some(Double)),
        (" 5", Some(Double)),
        ("2019-04", None),
        ("", None),
    ] {
        assert_eq!(kind_of(text), expected, "{text}");
    }
}

fn check<T: ToString>(found: Result<T, Cause>, expected: &str) {
    let found = match found {
        Ok(value) => value.to_string(),
        Err(cause) => format!("{}: {}", cause.error_type, cause.reason.unwrap_or_default()),
    };
    assert_eq!(found, expected);
}
