/** An answer that is a text, to be read and copied. */
export interface TextTabProps {
  readonly text: string;
  readonly label: string;
}

export function TextTab({ text, label }: TextTabProps) {
  return (
    <div class="text">
      <button type="button" onClick={() => navigator.clipboard.writeText(text)}>
        copy the {label}
      </button>
      <pre>{text}</pre>
    </div>
  );
}
