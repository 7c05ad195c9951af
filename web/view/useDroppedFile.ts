/** A file that is dropped anywhere on the page is its text; the editor would insert it where the pointer is. */
import { useEffect } from 'preact/hooks';

export function useDroppedFile(onFile: (file: File) => void): void {
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      onFile(file);
    };
    document.addEventListener('dragover', hold, true);
    document.addEventListener('drop', drop, true);
    return () => {
      document.removeEventListener('dragover', hold, true);
      document.removeEventListener('drop', drop, true);
    };
  }, [onFile]);
}
