use wasm_bindgen::JsCast as _;
use web_sys::{Element, FocusEvent, KeyboardEvent, Node};
use yew::{
    AttrValue, Callback, Children, Classes, Html, Properties, classes, function_component, html,
    use_node_ref,
};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub label: AttrValue,
    pub on_close: Callback<()>,
    #[prop_or_default]
    pub class: Classes,
    pub children: Children,
}

/// A small window below a control. Escape and leaving it close it.
#[function_component]
pub fn Popover(props: &Props) -> Html {
    let node = use_node_ref();
    let onkeydown = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                on_close.emit(());
            }
        })
    };
    let onfocusout = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        Callback::from(move |event: FocusEvent| {
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            if let (Some(to), Some(inside)) = (to, node.cast::<Element>())
                && !inside.contains(Some(&to))
            {
                on_close.emit(());
            }
        })
    };
    let close = props.on_close.reform(|_| ());
    html! {
        <>
            <div class="popover__backdrop" onpointerdown={close} />
            <div
                ref={node}
                class={classes!("popover", props.class.clone())}
                role="dialog"
                aria-label={props.label.clone()}
                tabindex="-1"
                {onkeydown}
                {onfocusout}
            >
                { props.children.clone() }
            </div>
        </>
    }
}
