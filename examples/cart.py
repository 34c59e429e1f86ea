def discount(price):
    return price * 0.9


class Cart:
    def __init__(self, prices):
        self.prices = prices

    def total(self):
        return sum(discount(price) for price in self.prices)


if __name__ == '__main__':
    print(discount(10), Cart([20, 30]).total())
