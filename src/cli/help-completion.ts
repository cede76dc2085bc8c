/**
 * The help text of completion. Text only.
 */

export const completion = `usage: bounced completion bash|zsh|fish

Prints a script that lets the shell complete commands, options, states and file names by the Tab key. It is made from
these help texts, so that it always fits this version. The Debian package has it in place.

  bash  bounced completion bash > ~/.local/share/bash-completion/completions/bounced
  zsh   bounced completion zsh > ~/.zfunc/_bounced, with fpath+=(~/.zfunc) before compinit in ~/.zshrc
  fish  bounced completion fish > ~/.config/fish/completions/bounced.fish

exit codes: 0 printed, 64 usage

example: source <(bounced completion bash)
`;
