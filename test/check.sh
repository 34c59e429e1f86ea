#!/bin/sh
# Everything that is looked at before a change is sent: npm run check
sh test/prepare.sh && npm run build || exit
# Style and types, side by side: what is wrong with either is told before the tests begin.
npm run lint &
lint=$!
npm run typecheck
types=$?
wait $lint && [ $types = 0 ] && npm run test:all
