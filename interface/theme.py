"""The page's colours and fonts; only fonts that the visitor's system has."""

from __future__ import annotations

import gradio as gr

SANS = ("ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Noto Sans", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Noto Sans Mono", "monospace")

INK = gr.themes.Color(
    name="ink",
    c50="#f7f6f3",
    c100="#efede8",
    c200="#dfdcd4",
    c300="#c6c2b8",
    c400="#98948a",
    c500="#6e6a62",
    c600="#55524b",
    c700="#3d3b37",
    c800="#282724",
    c900="#1d1c1a",
    c950="#141312",
)
PINE = gr.themes.Color(
    name="pine",
    c50="#eef6f3",
    c100="#d6eae3",
    c200="#afd6c9",
    c300="#7fbca9",
    c400="#4f9c87",
    c500="#2f806b",
    c600="#1f6655",
    c700="#1a5246",
    c800="#174239",
    c900="#143730",
    c950="#0a1f1b",
)


def make_theme() -> gr.themes.Base:
    """Return the theme: warm greys and one green, light and dark."""
    theme = gr.themes.Base(
        primary_hue=PINE, secondary_hue=PINE, neutral_hue=INK, font=SANS, font_mono=MONO
    )
    return theme.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="*neutral_50",
        background_fill_primary_dark="*neutral_950",
        panel_background_fill="*neutral_50",
        panel_background_fill_dark="*neutral_950",
        panel_border_width="0",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="white",
        button_primary_background_fill_dark="*primary_400",
        button_primary_background_fill_hover_dark="*primary_300",
        button_primary_text_color_dark="*primary_950",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_600",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
    )
