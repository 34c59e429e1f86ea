<?php
namespace Shop;

class Cart
{
    private $prices = [];

    public function add(float $price) { $this->prices[] = $price; return $this; }
    public function total() { return array_sum(array_map('Shop\discount', $this->prices)); }
}

function discount(float $price) { return $price * 0.9; }
function round_all(array &$prices) { foreach ($prices as &$price) $price = round($price); }

$prices = [1.4, 2.6];
round_all($prices);
echo (new Cart)->add(10)->add(20)->total(), ' ', implode(' ', $prices), "\n";
