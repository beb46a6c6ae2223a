//! Signatures of robots.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

/// `sign` of DingTalk's URL, not yet encoded for one. Good for an hour.
pub fn dingtalk_sign(secret: &str, ms: i64) -> String {
    hmac(secret.as_bytes(), format!("{ms}\n{secret}").as_bytes())
}

/// `sign` of Feishu's body. Time and secret are the key, of an empty text. Good for an hour.
pub fn feishu_sign(secret: &str, secs: i64) -> String {
    hmac(format!("{secs}\n{secret}").as_bytes(), b"")
}

pub(super) fn dingtalk_url(url: &str, secret: &str, ms: i64) -> String {
    let sign = dingtalk_sign(secret, ms);
    let sign = utf8_percent_encode(&sign, NON_ALPHANUMERIC);
    let and = if url.contains('?') { '&' } else { '?' };
    format!("{url}{and}timestamp={ms}&sign={sign}")
}

fn hmac(key: &[u8], text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}
