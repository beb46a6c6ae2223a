//! A link as a QR code, for a phone.

use std::net::IpAddr;

use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};
use warp::http::Uri;

/// Pixels of a module: a camera reads it from a screen an arm away.
const MODULE_PX: u32 = 4;

/// As an image; None where it would lead nowhere: the link is of the machine itself.
pub fn image(link: &str) -> Option<String> {
    let code = code(link).filter(|_| leads_elsewhere(link))?;
    Some(code.render::<svg::Color<'_>>().module_dimensions(MODULE_PX, MODULE_PX).build())
}

/// In characters for a terminal of light text on dark.
pub fn text(link: &str) -> Option<String> {
    let code = code(link)?;
    let mut renderer = code.render::<unicode::Dense1x2>();
    renderer.dark_color(unicode::Dense1x2::Light).light_color(unicode::Dense1x2::Dark);
    Some(renderer.build())
}

fn code(link: &str) -> Option<QrCode> {
    // A screen is neither torn nor stained.
    QrCode::with_error_correction_level(link, EcLevel::L).ok()
}

fn leads_elsewhere(link: &str) -> bool {
    let Ok(uri) = link.split('#').next().unwrap_or_default().parse::<Uri>() else { return false };
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    is_web && uri.host().is_some_and(|host| !is_loopback(host))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost" || host.ends_with(".localhost"), |ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_of_links_that_a_phone_can_open() {
        for (link, made) in [
            ("http://192.168.1.5:3100/#share=abc", true),
            ("https://gpu.example/tools/logs/#share=abc", true),
            ("http://127.0.0.1:3100/#share=abc", false),
            ("http://localhost:3100/#share=abc", false),
            ("http://[::1]:3100/#share=abc", false),
            ("javascript:alert(1)", false),
            ("/#share=abc", false),
            ("", false),
        ] {
            assert_eq!(image(link).is_some_and(|svg| svg.contains("<svg")), made, "{link}");
        }
        let long = format!("http://a.example/#share={}", "x".repeat(4_000));
        assert_eq!(image(&long), None, "no code holds so much");
        assert!(text("http://127.0.0.1/").is_some_and(|code| code.lines().count() > 10));
    }
}
