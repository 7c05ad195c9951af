/** What the shells load. Each asks `chainwalk completion SHELL -- WORDS...`, which answers with a kind
 *  (complete.ts) on the first line, then `word<TAB>description` on each. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** bash splits words at `=` and `:`: they are joined for the question, and the answers cut to what bash replaces. */
const BASH = `_chainwalk() {
  local -a words
  local i last kind word cut
  words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((i > 1)) && [[ $word == [=:] || \${COMP_WORDS[i - 1]} == [=:] ]]; then
      words[\${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done
  last=\${words[\${#words[@]} - 1]}
  word=\${COMP_WORDS[COMP_CWORD]}
  [[ $word == [=:] ]] && word=
  cut=\${last%"$word"}
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS=$'\\t' read -r word _; do COMPREPLY+=("\${word#"$cut"}"); done
  } < <(chainwalk completion bash -- "\${words[@]}" 2>/dev/null)
  case $kind in
    list) compopt -o nospace 2>/dev/null ;;
    files)
      word=\${last#"$cut"}
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$word")
      ;;
  esac
}
complete -F _chainwalk chainwalk
`;

const ZSH = `#compdef chainwalk
_chainwalk() {
  local -a answer described
  local kind line word says
  answer=("\${(@f)$(chainwalk completion zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  kind=$answer[1]
  shift answer
  for line in $answer; do
    word=\${line%%$'\\t'*}
    says=\${line#*$'\\t'}
    described+=("\${word//:/\\\\:}\${says:+:$says}")
  done
  case $kind in
    files) _files ;;
    list) _describe -t values value described -S '' ;;
    words) _describe -t values value described ;;
  esac
}
if [[ $funcstack[1] == _chainwalk ]]; then _chainwalk "$@"; else compdef _chainwalk chainwalk; fi
`;

const FISH = `function __chainwalk_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer (chainwalk completion fish -- $words[2..-1] 2>/dev/null)
  switch "$answer[1]"
    case files
      __fish_complete_path (commandline -ct)
    case '*'
      string join \\n -- $answer[2..-1]
  end
end
complete -c chainwalk -f -a '(__chainwalk_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
