use std::rc::Rc;

use report::Manifest;
use yew::{Html, Properties, function_component, html};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::format::{Clock, Parts};
use crate::i18n::{Plural, Text, Texts};

/// Facts that have words of their own here; all others go by their names.
const TITLE: &str = "title";
const EXPORTED: &str = "exported";

#[derive(Clone, Properties)]
pub struct Props {
    pub report: Rc<Manifest>,
    pub clock: Rc<Clock>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.report, &other.report) && self.clock == other.clock
    }
}

/// What an exported report is: its title, when it was made, of what, and who took out what.
#[function_component]
pub fn ReportHeader(props: &Props) -> Html {
    let texts = use_texts();
    let Props { report, clock } = props;
    let fact = |name: &str| report.facts.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let exported = fact(EXPORTED).and_then(|text| text.parse().ok());
    let entries = report.files.iter().map(|file| file.entries).sum();
    let (replaced, rules) = redaction(&texts, report);
    let others = report.facts.iter().filter(|(name, _)| name != TITLE && name != EXPORTED);
    html! {
        <section class="report" data-testid="report" aria-label={texts.own(Text::ReportLabel)}>
            <h2 class="report__title">{ fact(TITLE).unwrap_or_default() }</h2>
            <ul class="report__facts">
                if let Some(at) = exported {
                    <li>
                        { texts.with(Text::ReportExported, &[
                            ("time", &clock.stamp(at, Parts::DateMinute)),
                        ]) }
                    </li>
                }
                <li>{ texts.count(Plural::LINES, entries) }</li>
                <li class="report__redaction" title={rules} data-testid="report-redaction">
                    <Glyph icon={Icon::Info} />
                    { replaced }
                </li>
                { for others.map(|(name, value)| html! {
                    <li class="report__fact" title={format!("{name}: {value}")}>
                        <span>{ name }</span>
                        { " " }
                        <b>{ value }</b>
                    </li>
                }) }
                <li class="report__tool">{ &report.tool }</li>
            </ul>
        </section>
    }
}

/// What redaction did, in words, and the rules that ran.
fn redaction(texts: &Texts, report: &Manifest) -> (String, String) {
    let rules: Vec<&str> = report.redaction.iter().map(|run| run.rule.as_str()).collect();
    let found: Vec<String> = report
        .redaction
        .iter()
        .filter(|run| run.count > 0)
        .map(|run| format!("{} {}", run.rule, run.count))
        .collect();
    let said = match (rules.is_empty(), found.is_empty()) {
        (true, _) => texts.own(Text::ReportUnredacted),
        (false, true) => texts.own(Text::ReportUntouched),
        (false, false) => texts.with(Text::ReportReplaced, &[("rules", &found.join(", "))]),
    };
    (said, texts.with(Text::ReportRules, &[("rules", &rules.join(", "))]))
}
