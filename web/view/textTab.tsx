/** An answer that is a text, to be read and copied. */
export interface TextTabProps {
  readonly text: string;
  readonly label: string;
}

export function TextTab({ text, label }: TextTabProps) {
  return (
    <div class="text">
      <button type="button" onClick={() => navigator.clipboard.writeText(text)}>
        copy {label}
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}
