// As much of Markdown as documents use: paragraphs, lists, code, bold, links. Tags of HTML are taken out.

import { el } from './dom.js';

const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((?:[^)\s]+)[^)]*\)/g;

function inline(text) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    out.push(text.slice(end, found.index));
    const [whole, code, bold, link] = found;
    if (code !== undefined) out.push(el('code', { textContent: code }));
    else if (bold !== undefined) out.push(el('strong', { textContent: bold }));
    else out.push(link);
    end = found.index + whole.length;
  }
  out.push(text.slice(end));
  return out;
}

const withoutTags = (text) => text.replace(/<\/?[A-Za-z][^>]*>/g, ' ').replace(/&nbsp;/g, ' ');

/** Returns the blocks of a text. */
export function markdown(text) {
  const blocks = [];
  let list = null;
  let paragraph = [];
  const end = () => {
    if (paragraph.length) blocks.push(el('p', {}, inline(paragraph.join(' '))));
    paragraph = [];
  };
  for (const line of withoutTags(text ?? '').split('\n').map((line) => line.trim())) {
    const item = /^(?:[*+-]|\d+\.)\s+(.*)$/.exec(line);
    if (item) {
      end();
      if (!list) blocks.push(list = el('ul'));
      list.append(el('li', {}, inline(item[1])));
      continue;
    }
    if (line === '') {
      end();
      list = null;
    } else if (list) {
      list.lastChild.append(' ', ...inline(line));
    } else {
      paragraph.push(line.replace(/^#+\s*/, ''));
    }
  }
  end();
  return blocks;
}
