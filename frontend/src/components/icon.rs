use yew::{Html, Properties, function_component, html};

/// The icons of the page, drawn as lines on a grid of 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Stop,
    Live,
    Clock,
    ZoomOut,
    Back,
    Wrap,
    Close,
    Copy,
    Check,
    Plus,
    Minus,
    Sun,
    Moon,
    System,
    Keyboard,
    Chevron,
    Warning,
    Info,
    Table,
    ChartLine,
    ChartBars,
    ChartStacked,
    File,
    Share,
    Context,
    Save,
    Bell,
    Star,
    Search,
    Next,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M5 3.5v9l7-4.5z",
            Self::Stop => "M4.5 4.5h7v7h-7z",
            Self::Live => {
                "M8 8.01V8M5.2 10.8a4 4 0 0 1 0-5.6M10.8 5.2a4 4 0 0 1 0 5.6M3 13a7 7 0 0 1 0-10M13 3a7 7 0 0 1 0 10"
            }
            Self::Clock => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6",
            Self::ZoomOut => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14M5 7h4",
            Self::Back => "M6 4 2.5 7.5 6 11M2.5 7.5H10a3.5 3.5 0 0 1 0 7H8",
            Self::Wrap => "M2 4h12M2 8h9.5a2.25 2.25 0 0 1 0 4.5H8M9.8 10.5 7.8 12.5l2 2M2 12.5h3",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Copy => "M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6",
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Plus => "M8 3.5v9M3.5 8h9",
            Self::Minus => "M3.5 8h9",
            Self::Sun => {
                "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1"
            }
            Self::Moon => "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
            Self::System => "M2 3h12v8H2zM6 14h4M8 11v3",
            Self::Keyboard => {
                "M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6"
            }
            Self::Chevron => "M4.5 6.5 8 10l3.5-3.5",
            Self::Warning => "M8 2.5 14.5 13.5h-13zM8 6.8v3M8 11.7v.01",
            Self::Info => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3V11M8 5v.01",
            Self::Table => "M2 3h12v10H2zM2 6.5h12M2 9.8h12M6.5 3v10",
            Self::ChartLine => "M2 2v12h12M4.5 10.5l3-4 2.5 2.5L14 4",
            Self::ChartBars => "M2 2v12h12M5.5 14V9M9 14V5M12.5 14V7.5",
            Self::ChartStacked => {
                "M2 14h12M3.5 14V8h3v6M3.5 8V5.5h3V8M9.5 14V9.5h3V14M9.5 9.5V3h3v6.5"
            }
            Self::Share => "M8 9.5V2M5.2 4.5 8 1.8l2.8 2.7M5 7H3.5v7h9V7H11",
            Self::Bell => "M3 12h10l-1.2-2V7a3.8 3.8 0 0 0-7.6 0v3zM6.5 14h3",
            Self::Save => "M8 2v8M5 7.2l3 3 3-3M3 13.5h10",
            Self::Next => "M6.5 4.5 10 8l-3.5 3.5",
            Self::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14",
            Self::Star => "M8 1.8l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.6l-3.8 2 .7-4.3-3.1-3 4.3-.6z",
            Self::Context => "M5 3.5h8M2 8h12M5 12.5h8",
            Self::File => "M4 1.8h5.2L12.5 5v9.2H4zM9 2v3.3h3.3",
        }
    }

    const fn filled(self) -> bool {
        matches!(self, Self::Play | Self::Stop)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub icon: Icon,
}

/// Decoration only: the control around it has the name.
#[function_component]
pub fn Glyph(props: &Props) -> Html {
    let class = if props.icon.filled() { "icon icon--filled" } else { "icon" };
    html! {
        <svg {class} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d={props.icon.path()} />
        </svg>
    }
}
