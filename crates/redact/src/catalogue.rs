//! The table of built-in rules: to add one is to add a row.

use crate::find::{at, hosts, ip, pairs, paths, pem, tokens};
use crate::rule::{Anchor, Family, Finder, Group, Rule, RuleInfo};

const fn row(
    id: &'static str,
    name_key: &'static str,
    family: Family,
    words: &'static [&'static str],
    finder: Finder,
) -> Rule {
    let info = RuleInfo { id, group: Group::Default, family, on: true, name_key };
    Rule { info, anchor: Anchor::Words(words), finder }
}

const fn of(group: Group, mut rule: Rule) -> Rule {
    rule.info.group = group;
    rule
}

const fn anchored(anchor: Anchor, mut rule: Rule) -> Rule {
    rule.anchor = anchor;
    rule
}

const fn pattern(pattern: &'static str) -> Finder {
    Finder::Pattern { pattern, accept: tokens::any }
}

use Family::{Email, Host, Ip, Key, Text, User};

/// In order of precedence where two rules find the same text. At most 63 of them.
///
/// The patterns work on bytes (`-u`): a line need not be UTF-8, and half a secret must not stay
/// because a broken byte ended a match. What stands before a key is a group that takes no part,
/// since a key may follow a letter of another script.
pub(crate) static CATALOGUE: &[Rule] = &[
    row("private-key", "redact.private_key", Key, &["private key-----"], Finder::Code(pem::find)),
    row(
        "sk-key",
        "redact.sk_key",
        Key,
        &["sk-"],
        pattern(r"(?-u)(?:^|[^A-Za-z0-9])(sk-[A-Za-z0-9_-]{16,})"),
    ),
    row(
        "hugging-face",
        "redact.hugging_face",
        Key,
        &["hf_"],
        pattern(r"(?-u)(?:^|[^A-Za-z0-9])((?:api_org|hf)_[A-Za-z0-9]{16,})"),
    ),
    row(
        "github",
        "redact.github",
        Key,
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        pattern(
            r"(?-u)(?:^|[^A-Za-z0-9])(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})",
        ),
    ),
    row(
        "aws",
        "redact.aws",
        Key,
        &["akia", "asia"],
        pattern(r"(?-u)(?:^|[^A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{16})(?:[^A-Za-z0-9]|$)"),
    ),
    row(
        "google",
        "redact.google",
        Key,
        &["aiza", "ya29.", "gocspx-"],
        pattern(
            r"(?-u)(?:^|[^A-Za-z0-9])(AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})",
        ),
    ),
    row(
        "slack",
        "redact.slack",
        Key,
        &["xox", "xapp-", "hooks.slack.com/"],
        pattern(
            r"(?-u)(?:^|[^A-Za-z0-9])((?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,})|hooks\.slack\.com/services/([A-Za-z0-9/_-]+)",
        ),
    ),
    row(
        "aliyun",
        "redact.aliyun",
        Key,
        &["ltai"],
        pattern(r"(?-u)(?:^|[^A-Za-z0-9])(LTAI[A-Za-z0-9]{12,})"),
    ),
    row(
        "tencent",
        "redact.tencent",
        Key,
        &["akid"],
        pattern(r"(?-u)(?:^|[^A-Za-z0-9])(AKID[A-Za-z0-9]{13,})"),
    ),
    row(
        "service-token",
        "redact.service_token",
        Key,
        &[
            "glpat-",
            "npm_",
            "pypi-",
            "r8_",
            "gsk_",
            "nvapi-",
            "sg.",
            "tvly-",
            "webhook/send?key=",
            "bot/v2/hook/",
            "discord.com/api/webhooks/",
            "discordapp.com/api/webhooks/",
        ],
        pattern(
            r"(?-u)(?:^|[^A-Za-z0-9])((?:glpat-|npm_|pypi-|r8_|gsk_|nvapi-|tvly-)[A-Za-z0-9_-]{20,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})|webhook/send\?key=([A-Za-z0-9-]+)|bot/v2/hook/([A-Za-z0-9-]+)|/api/webhooks/([0-9]+/[A-Za-z0-9_-]+)",
        ),
    ),
    row(
        "jwt",
        "redact.jwt",
        Key,
        &["eyj"],
        pattern(
            r"(?-u)(?:^|[^A-Za-z0-9])(eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*)",
        ),
    ),
    row(
        "authorization",
        "redact.authorization",
        Key,
        &["bearer", "basic", "authorization", "cookie"],
        Finder::Pattern { pattern: tokens::AUTHORIZATION, accept: tokens::authorization },
    ),
    row("secret-value", "redact.secret_value", Key, pairs::WORDS, Finder::Code(pairs::find)),
    row("url-credentials", "redact.url_credentials", Key, &["@"], Finder::Code(at::credentials)),
    row("email", "redact.email", Email, &["@"], Finder::Code(at::emails)),
    row(
        "home-path",
        "redact.home_path",
        User,
        &["home/", "users/", "users\\", "home\\"],
        Finder::Pattern { pattern: paths::HOME, accept: paths::accept },
    ),
    row(
        "user-name",
        "redact.user_name",
        User,
        &["user", "login"],
        Finder::Pattern { pattern: paths::USER, accept: paths::accept_user },
    ),
    anchored(Anchor::Dots, row("ip", "redact.ip", Ip, &[], Finder::Code(ip::four))),
    anchored(Anchor::Colons, row("ip6", "redact.ip6", Ip, &[], Finder::Code(ip::six))),
    of(
        Group::Hosts,
        row(
            "proxy",
            "redact.proxy",
            Host,
            &["proxy"],
            Finder::Pattern { pattern: hosts::PROXY, accept: hosts::accept },
        ),
    ),
    of(
        Group::Hosts,
        row(
            "host",
            "redact.host",
            Host,
            hosts::WORDS,
            Finder::Pattern { pattern: hosts::HOST, accept: hosts::accept },
        ),
    ),
    of(
        Group::Hosts,
        row(
            "private-domain",
            "redact.private_domain",
            Host,
            hosts::SUFFIXES,
            Finder::Pattern { pattern: hosts::PRIVATE, accept: hosts::accept },
        ),
    ),
    of(Group::Hosts, row("ssh-host", "redact.ssh_host", Host, &["@"], Finder::Code(at::shells))),
    of(
        Group::Prompts,
        row(
            "synthesis-text",
            "redact.synthesis_text",
            Text,
            &["synthesis text", "batch text:", "实际输入的", "切句后", "每句", "前端处理后的文本"],
            Finder::Pattern {
                pattern: crate::find::prompts::SYNTHESIS,
                accept: crate::find::prompts::accept,
            },
        ),
    ),
    of(
        Group::Prompts,
        row(
            "prompt-value",
            "redact.prompt_value",
            Text,
            crate::find::prompts::WORDS,
            Finder::Code(crate::find::prompts::find),
        ),
    ),
];
