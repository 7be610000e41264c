#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Trains books-7m anew: text, vocabulary, model.
#   models/books-7m/train.sh CORPUS.zst [FOLDER]
# CORPUS: 21.5 MB of public-domain English (make_text.py says what it must hold). FOLDER, by default
# build/models/books-7m, gets the run; after an interruption the same command goes on. 96 minutes
# of training on one core with AVX-512-BF16.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
corpus=${1:?"the corpus is missing: models/books-7m/train.sh en.txt.zst [FOLDER]"}
folder=${2:-$root/build/models/books-7m}
yonder=$root/build/release/yonder
python3 "$root/models/books-7m/make_text.py" "$corpus" "$folder"
cd "$folder"
[ -f tokenizer.bytepiece ] ||
  "$yonder" tokenizer train train.txt -o tokenizer.bytepiece --vocab-size 4096
exec "$yonder" lm train --config "$root/models/books-7m/train.json" --resume
