/** `npm run docs`: what the README and the pages show is run again and written into them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, COMMENT, commandOf, commentToday, PAGES, ROOT, SHOWN_COMMENT, shownToday } from './pages.ts';
import { PICTURE, picture } from './picture.ts';

for (const page of PAGES) {
  const path = join(ROOT, page);
  let text = readFileSync(path, 'utf8');
  for (const block of blocksOf(page)) {
    const command = commandOf(block);
    if (command === undefined) continue;
    const shown = await shownToday(command);
    text = text.replace(`\`\`\`\n${block.text}\`\`\`\n`, () => `\`\`\`\n${shown}\`\`\`\n`);
  }
  if (page === SHOWN_COMMENT.page) {
    const comment = await commentToday();
    text = text.replace(COMMENT, () => comment);
  }
  writeFileSync(path, text);
}

writeFileSync(join(ROOT, PICTURE.file), await picture());
