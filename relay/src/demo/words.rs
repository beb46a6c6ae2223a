//! What is spoken, and where the code fails.

/// Texts to speak; a few hold words that look like trouble and are none.
pub const TEXTS: [&str; 14] = [
    "傍晚的港口吹来带着盐味的海风，码头的工人收起缆绳准备回家吃饭。",
    "今天天气很好，我们去公园散步吧。",
    "列车即将到站，请带好您的随身物品。",
    "请用温柔一点的语气再说一遍。",
    "Please leave a message after the tone.",
    "We will arrive at the station in five minutes.",
    "Rain is expected in the northern hills tomorrow.",
    "Her voice was low but perfectly clear.",
    "科学家发现了一种新的材料，它比钢更轻。",
    "系统弹窗写着error四百零四，请联系管理员。",
    "他说这次实验又fail了，但是没关系。",
    "This sentence checks pauses and intonation.",
    "夜深了，城市的灯光慢慢暗下去。",
    "江南的春天总是下着细细的小雨。",
];

pub const MODES: [(&str, &str); 4] = [
    ("zero_shot", "/inference_zero_shot"),
    ("sft", "/inference_sft"),
    ("cross_lingual", "/inference_cross_lingual"),
    ("instruct", "/inference_instruct2"),
];

pub const CLIENTS: [&str; 4] = ["127.0.0.1", "192.168.1.23", "192.168.1.57", "10.0.0.8"];

pub const DEBUG: [&str; 5] = [
    "Using selector: EpollSelector",
    "connect_tcp.started host='127.0.0.1' port=8000 local_address=None timeout=3 \
     socket_options=None",
    "receive_response_body.complete",
    "close.complete",
    "load_ssl_context verify=True cert=None trust_env=True http2=False",
];

/// The service before and after the update that the story tells of.
pub const OLD_COMMIT: &str = "e07fd92";
pub const COMMIT: &str = "abc1234";

/// How a request that runs out of memory ends: where, then what.
pub const OOM_FRAMES: &str = "\
Traceback (most recent call last):
  File \"/opt/CosyVoice/webui.py\", line 105, in generate_audio
    for i in cosyvoice.inference_zero_shot(tts_text, prompt_text, prompt_wav, stream=stream):
  File \"/opt/CosyVoice/cosyvoice/cli/cosyvoice.py\", line 99, in inference_zero_shot
    for model_output in self.model.tts(**model_input, stream=stream, speed=speed):
  File \"/opt/CosyVoice/cosyvoice/flow/flow_matching.py\", line 126, in forward_estimator
    return self.estimator(x, mask, mu, t, spks, cond)
";

pub const ASSERT_FRAMES: &str = "\
Exception in thread Thread-3 (llm_job):
Traceback (most recent call last):
  File \"/opt/CosyVoice/cosyvoice/cli/model.py\", line 124, in llm_job
    for i in token_generator:
  File \"/opt/CosyVoice/cosyvoice/llm/llm.py\", line 479, in inference
    assert 151646 in text, '<|endofprompt|> not detected in CosyVoice3 text or prompt_text'
AssertionError: <|endofprompt|> not detected in CosyVoice3 text or prompt_text, check your input!
";
