/// The look of the report: system fonts, two colours that colour-blind readers tell apart (Okabe & Ito, 2008), a light and
/// a dark scheme, and a version for paper.
enum ReportStyle {
  /// The colours of figures by day.
  static func light(_ ink: Ink) -> String {
    switch ink {
    case .paper: "#fffefb"
    case .ink: "#1b1d21"
    case .muted: "#686c74"
    case .grid: "#e3e2dc"
    case .unimodal: "#c04f00"
    case .fusion: "#00689f"
    }
  }

  static let css = """
    :root {
      \(Ink.allCases.map { "--\($0.rawValue): \(light($0));" }.joined(separator: " ")) --card: #f6f4ee;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #15171a; --ink: #eceae4; --muted: #9a9da4; --grid: #33363b; --card: #1e2125;
        --unimodal: #f09a4e; --fusion: #5db8ea;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
    }
    main { max-width: 908px; margin: 0 auto; padding: 48px 24px 80px; }
    h1 {
      font: 600 clamp(28px, 4.4vw, 42px)/1.18 ui-serif, "Iowan Old Style", Georgia, "Noto Serif", "Liberation Serif", serif;
      letter-spacing: -0.01em; margin: 0 0 14px; text-wrap: balance;
    }
    h2 {
      font: 600 22px/1.3 ui-serif, "Iowan Old Style", Georgia, "Noto Serif", "Liberation Serif", serif;
      margin: 0 0 12px; padding-top: 14px; border-top: 2px solid var(--ink);
    }
    h3 { font-size: 15px; margin: 20px 0 6px; }
    section { margin-top: 48px; }
    .kicker { color: var(--muted); font-size: 14px; margin: 0 0 18px; }
    .kicker b { color: var(--ink); }
    .lead { font-size: 19px; line-height: 1.45; color: var(--ink); margin: 0 0 8px; max-width: 46em; text-wrap: pretty; }
    .basis a { color: inherit; text-decoration-color: var(--grid); text-underline-offset: 3px; }
    .basis { color: var(--muted); max-width: 52em; margin: 6px 0; }
    .caution { border-left: 4px solid var(--unimodal, #c2571a); padding: 4px 0 4px 12px; color: var(--ink); max-width: 52em; margin: 10px 0; }
    .note { background: var(--card); padding: 12px 16px; margin-top: 28px; }
    nav { margin-top: 28px; font-size: 14px; }
    nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 0; max-width: none; }
    nav a { color: var(--muted); text-underline-offset: 3px; }
    nav a:hover { color: var(--ink); }
    details { margin-top: 14px; }
    summary { cursor: pointer; font-size: 14px; color: var(--muted); }
    summary:hover { color: var(--ink); }
    .figures-of-merit { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin-top: 28px; }
    .card { background: var(--card); border-top: 3px solid var(--muted); padding: 12px 14px 14px; min-width: 0; }
    .card span, .card small { display: block; font-size: 13px; color: var(--muted); }
    .card span, .card small { overflow-wrap: break-word; }
    .card strong { display: block; font-size: 26px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .card.word strong { font-size: 21px; line-height: 1.55; }
    .card.unimodal { border-color: var(--unimodal); }
    .card.unimodal strong { color: var(--unimodal); }
    .card.fusion { border-color: var(--fusion); }
    .card.fusion strong { color: var(--fusion); }
    figure { margin: 0; }
    figure svg { display: block; width: 100%; height: auto; font-family: inherit; font-variant-numeric: tabular-nums; }
    @media screen and (max-width: 700px) { figure { overflow-x: auto; } figure svg { min-width: 860px; } }
    figcaption, .caption { color: var(--muted); font-size: 13px; margin: 10px 0 0; max-width: 60em; }
    .key { white-space: nowrap; font-weight: 600; }
    .key.unimodal { color: var(--unimodal); }
    .key.fusion { color: var(--fusion); margin-left: 0.6em; }
    .scroll { overflow-x: auto; margin: 0 -4px; padding: 0 4px; }
    table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; vertical-align: baseline; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--grid); }
    th { font-weight: 500; font-size: 12px; line-height: 1.25; color: var(--muted); border-color: var(--muted); vertical-align: bottom; }
    td:last-child, th:last-child { padding-right: 0; }
    .n { text-align: right; white-space: nowrap; }
    th.n { white-space: normal; }
    td { overflow-wrap: break-word; }
    td.n small { display: block; color: var(--muted); font-size: 11px; }
    .pairs tbody th { font-size: 14px; color: var(--ink); border-color: var(--grid); vertical-align: baseline; white-space: nowrap; }
    pre { background: var(--card); padding: 12px 16px; margin: 0 0 14px; font-size: 13px; overflow-x: auto; }
    tr.unimodal td, tr.fusion td { white-space: nowrap; }
    h3 { margin-top: 28px; }
    tr.unimodal td:first-child::before, tr.fusion td:first-child::before { display: inline-block; width: 1.3em; }
    tr.unimodal td:first-child::before { content: "◆"; color: var(--unimodal); }
    tr.fusion td:first-child::before { content: "●"; color: var(--fusion); }
    tr.unimodal td:first-child, tr.fusion td:first-child {
      position: sticky; left: -4px; background: var(--paper); white-space: nowrap;
    }
    tr.chosen td { font-weight: 650; }
    h1 a, .lead a { color: inherit; text-decoration: underline; text-decoration-color: var(--muted); text-decoration-thickness: 1px; text-underline-offset: 3px; }
    h1 a:hover, .lead a:hover { text-decoration-color: currentColor; }
    section:target h2 { border-color: var(--fusion); }
    ul.caption { padding-left: 1.2em; }
    .labels td small { display: block; color: var(--muted); font-size: 12px; }
    .labels .share { display: block; height: 4px; background: var(--fusion); margin: 3px 0 0 auto; min-width: 0; }
    .labels td:nth-child(3) { width: 28%; }
    figure + .scroll { margin-top: 14px; }
    .examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 12px; }
    .example { background: var(--card); padding: 10px 14px 12px; font-size: 14px; overflow-wrap: anywhere; }
    .example p { margin: 0 0 6px; }
    .example .pictures { display: flex; gap: 8px; flex-wrap: wrap; }
    .example svg { width: 84px; height: 84px; }
    .example image { image-rendering: pixelated; }
    .example dl { display: grid; grid-template-columns: auto 1fr; gap: 0 10px; margin: 6px 0 0; }
    .example dt { color: var(--muted); }
    .example dd { margin: 0; font-variant-numeric: tabular-nums; }
    .example dd.wrong { color: var(--unimodal); }
    .example small { color: var(--muted); }
    ul { padding-left: 1.2em; margin: 0 0 20px; max-width: 46em; }
    li { margin: 0 0 6px; }
    @media print {
      :root {
        --paper: #fff; --ink: #000; --muted: #555; --grid: #ccc; --card: #f4f4f4; --unimodal: #b04800; --fusion: #005f92;
      }
      main { max-width: none; padding: 0; }
      body { font-size: 11pt; }
      nav { display: none; }
      details::details-content { display: block; content-visibility: visible; block-size: auto; }
      figure, .card, tr { break-inside: avoid; }
      section { margin-top: 22px; }
      .card strong { font-size: 22px; }
      .scroll { overflow: visible; }
      table { font-size: 7.5pt; }
      th, td { padding-right: 6px; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
