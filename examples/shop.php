<?php
// Functions as a program of old may have them: docs/types.md writes an interface of them.

/**
 * What an order costs.
 *
 * @param array<string, int> $items how many of each
 * @param ?string $coupon
 * @return float in euros
 */
function price(array $items, $coupon = null)
{
    return array_sum($items) * ($coupon === null ? 10.0 : 8.0);
}

/** Counts what has been put in. */
class Basket
{
    private $items = [];

    public function __construct(string $owner)
    {
    }

    public function add(string $item, int $count = 1): self
    {
        $this->items[$item] = ($this->items[$item] ?? 0) + $count;
        return $this;
    }

    public function items(): array
    {
        return $this->items;
    }
}
